using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Training.Optimizers;

/// <summary>Neighbouring parameters of one type and one decay rule, which are updated in one pass.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">Elements, gaps between parameters included: they hold zeros and stay zero.</param>
/// <param name="Start">First element in the states of the rule that updates the range.</param>
internal readonly record struct ParameterRange(Parameter First, long Count, long Start)
{
    // As in the table: a range starts on a cache line in every state, bfloat16 ones included.
    private const int Alignment = 32;

    /// <summary>The ranges of the parameters that are chosen, in the table's order.</summary>
    /// <param name="table">All parameters.</param>
    /// <param name="isChosen">Which are in.</param>
    /// <param name="merge">Join neighbours; otherwise each parameter is a range.</param>
    public static ParameterRange[] Of(ParameterTable table, Func<Parameter, bool> isChosen, bool merge)
    {
        List<ParameterRange> ranges = [];
        bool isOpen = false;
        foreach (Parameter p in table.Parameters)
        {
            bool joins = merge && isOpen && isChosen(p) && Continues(ranges[^1].First, p);
            if (joins) ranges[^1] = ranges[^1] with { Count = p.Offset + p.Count - ranges[^1].First.Offset };
            else if (isChosen(p)) ranges.Add(new ParameterRange(p, p.Count, Length(ranges)));
            isOpen = isChosen(p);
        }

        return [.. ranges];
    }

    /// <summary>Elements of a state with one element for each weight.</summary>
    public static long Length(IReadOnlyList<ParameterRange> ranges) => ranges.Count == 0 ? 0 : (ranges[^1].Start + ranges[^1].Count + Alignment - 1) / Alignment * Alignment;

    /// <summary>The settings of an update, without decay where the table has none.</summary>
    public AdamWStep Settings(in AdamWStep step) => First.Decay ? step : step with { WeightDecay = 0 };

    /// <summary>The range's part of a state with one element for each weight.</summary>
    public Tensor In(Tensor state) => state.Flat(Start, Count);

    private static bool Continues(Parameter first, Parameter p) =>
        first.Decay == p.Decay && first.Type == p.Type && p.ByteOffset - first.ByteOffset == (p.Offset - first.Offset) * p.Type.Size();
}
