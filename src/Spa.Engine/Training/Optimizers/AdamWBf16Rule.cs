using Spa.Engine.Compute;

namespace Spa.Engine.Training.Optimizers;

/// <summary>AdamW of bfloat16 weights with bfloat16 moments, all rounded stochastically: 4 bytes for each weight and no master copy.</summary>
internal sealed class AdamWBf16Rule(ParameterRange[] ranges, ulong seed) : IUpdateRule
{
    private Tensor _first, _second;

    public IEnumerable<OptimizerState> States => [new("first_moment_bf16", _first), new("second_moment_bf16", _second)];

    public void Lay(Arena arena)
    {
        long count = ParameterRange.Length(ranges);
        _first = arena.Take("first_moment_bf16", DType.BFloat16, count, 1);
        _second = arena.Take("second_moment_bf16", DType.BFloat16, count, 1);
    }

    public void Update(OptimizerTarget target, in AdamWStep step)
    {
        foreach (ref readonly ParameterRange range in ranges.AsSpan())
        {
            // Random bits belong to the place of a weight in the table, so they do not depend on the ranges.
            target.Backend.AdamWBf16(target.WeightsOf(range), target.GradientsOf(range), range.In(_first), range.In(_second), target.Norm, range.Settings(step), seed, range.First.Offset);
        }
    }
}
