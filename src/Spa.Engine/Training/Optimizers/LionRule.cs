using Spa.Engine.Compute;

namespace Spa.Engine.Training.Optimizers;

/// <summary>Lion with a float32 moment: 4 bytes for each weight.</summary>
internal sealed class LionRule(ParameterRange[] ranges) : IUpdateRule
{
    private Tensor _moment;

    public IEnumerable<OptimizerState> States => [new("moment", _moment)];

    public void Lay(Arena arena) => _moment = arena.Take("moment", DType.Float32, ParameterRange.Length(ranges), 1);

    public void Update(OptimizerTarget target, in AdamWStep step)
    {
        foreach (ref readonly ParameterRange range in ranges.AsSpan())
        {
            AdamWStep settings = range.Settings(step);
            LionStep lion = new(settings.LearningRate, settings.Beta1, settings.Beta2, settings.WeightDecay, settings.MaxGradNorm);
            target.Backend.Lion(target.WeightsOf(range), target.MasterOf(range), target.GradientsOf(range), range.In(_moment), target.Norm, lion);
        }
    }
}
