using Spa.Engine.Compute;

namespace Spa.Engine.Training.Optimizers;

/// <summary>AdamW with float32 moments: 8 bytes for each weight.</summary>
internal sealed class AdamWRule(ParameterRange[] ranges) : IUpdateRule
{
    private Tensor _first, _second;

    public IEnumerable<OptimizerState> States => [new("first_moment", _first), new("second_moment", _second)];

    public void Lay(Arena arena)
    {
        long count = ParameterRange.Length(ranges);
        _first = arena.Take("first_moment", DType.Float32, count, 1);
        _second = arena.Take("second_moment", DType.Float32, count, 1);
    }

    public void Update(OptimizerTarget target, in AdamWStep step)
    {
        foreach (ref readonly ParameterRange range in ranges.AsSpan())
        {
            target.Backend.AdamW(target.WeightsOf(range), target.MasterOf(range), target.GradientsOf(range), range.In(_first), range.In(_second), target.Norm, range.Settings(step));
        }
    }
}
