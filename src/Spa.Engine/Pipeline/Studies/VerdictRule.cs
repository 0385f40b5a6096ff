using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>
/// The rule by which claims are judged. A difference a - b, paired by seed, is <b>seen</b> if its 95 % t interval lies above 0; <b>not seen</b> if the interval lies
/// below the smallest difference that would matter, so that one as large can be excluded; otherwise, and below five seeds, it is <b>not decidable</b>. A claim
/// of several differences is seen if all are, not seen if one is not, and else not decidable.
/// </summary>
public static class VerdictRule
{
    /// <summary>Below so many seeds a t interval says more about the seeds than about the method.</summary>
    public const int FewestSeeds = 5;

    /// <param name="differences">One for each seed.</param>
    /// <param name="relevant">The smallest difference that would matter.</param>
    public static Verdict Of(ReadOnlySpan<double> differences, double relevant)
    {
        if (differences.Length < FewestSeeds) return Verdict.NotDecidable;
        Interval interval = Interval.Mean(differences);
        return interval.Low > 0 ? Verdict.Seen : interval.High < relevant ? Verdict.NotSeen : Verdict.NotDecidable;
    }

    /// <summary>Of several differences that must all be there.</summary>
    public static Verdict All(IReadOnlyCollection<Verdict> verdicts) => verdicts.Count == 0 ? Verdict.NotDecidable
        : verdicts.Contains(Verdict.NotSeen) ? Verdict.NotSeen
        : verdicts.All(v => v == Verdict.Seen) ? Verdict.Seen : Verdict.NotDecidable;

    /// <summary>As the study says it.</summary>
    public static string Text(Verdict verdict) => verdict switch
    {
        Verdict.Seen => "seen here",
        Verdict.NotSeen => "not seen",
        _ => "not decidable at this size",
    };
}
