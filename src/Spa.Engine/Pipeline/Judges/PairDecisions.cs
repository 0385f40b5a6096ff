using Spa.Engine.Generation;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Which pairs the loop takes of a judged row: the filter of responses, then the selection.</summary>
internal static class PairDecisions
{
    /// <summary>Names of the filter's parts in configuration files.</summary>
    private static readonly (string Name, ResponseFilter Part)[] s_parts =
        [("none", ResponseFilter.None), ("empty", ResponseFilter.Empty), ("cut", ResponseFilter.Cut), ("duplicate", ResponseFilter.Duplicate)];

    /// <summary>The filter of some of the names.</summary>
    public static ResponseFilter Filter(IEnumerable<string> names) =>
        names.Aggregate(ResponseFilter.None, (filter, name) => filter | Array.Find(s_parts, part => part.Name == name).Part);

    /// <summary>The decisions for a row, at least one.</summary>
    public static IReadOnlyList<JudgedPair> Of(SampledRow row, double[] rewards, JudgeSettings settings)
    {
        SampledResponse[] responses = row.Responses;
        bool[] leftOut = [.. responses.Select((_, i) => IsLeftOut(responses, i, settings.Filter))];
        IReadOnlyList<JudgedPair> decisions = PairSelections.Select(settings.Pairs, rewards, (a, b) => responses[a].SameAs(responses[b]), i => leftOut[i], settings.Seed, (uint)row.Index);
        return decisions is [{ Outcome: JudgeOutcome.Empty } none] ? [none with { Outcome = Reason(responses) }] : decisions;
    }

    private static bool IsLeftOut(SampledResponse[] responses, int i, ResponseFilter filter) =>
        filter.HasFlag(ResponseFilter.Empty) && responses[i].IsEmpty
        || filter.HasFlag(ResponseFilter.Cut) && responses[i].FinishReason == FinishReason.Length
        || filter.HasFlag(ResponseFilter.Duplicate) && responses.Take(i).Any(earlier => earlier.SameAs(responses[i]));

    // Why fewer than two are left.
    private static JudgeOutcome Reason(SampledResponse[] responses)
    {
        SampledResponse[] written = [.. responses.Where(r => !r.IsEmpty)];
        return written.Length < 2 ? JudgeOutcome.Empty : written.All(written[0].SameAs) ? JudgeOutcome.Identical : JudgeOutcome.Filtered;
    }
}
