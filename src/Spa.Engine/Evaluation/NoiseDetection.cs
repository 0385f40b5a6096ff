using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Evaluation;

/// <summary>How well something finds the pairs whose labels an oracle calls wrong.</summary>
public static class NoiseDetection
{
    /// <summary>Of the flagged pairs, the share whose label is wrong; and of the wrong labels, the share that is flagged. Wilson intervals.</summary>
    public static (Interval Precision, Interval Recall) OfFlags(IReadOnlyList<(bool Flagged, bool Wrong)> pairs)
    {
        int both = pairs.Count(p => p is { Flagged: true, Wrong: true });
        return (Interval.Proportion(both, pairs.Count(p => p.Flagged)), Interval.Proportion(both, pairs.Count(p => p.Wrong)));
    }

    /// <summary>
    /// Area under the ROC curve of a margin: the probability that a pair with a wrong label has a smaller margin than one with a right label, ties half; 0.5 is chance.
    /// The interval is normal with the standard error of Hanley and McNeil (1982), cut at 0 and 1. NaN where all labels are right or all wrong.
    /// </summary>
    public static Interval AreaUnderCurve(IReadOnlyList<(double Margin, bool Wrong)> pairs)
    {
        (double Margin, bool Wrong)[] sorted = [.. pairs.Where(p => double.IsFinite(p.Margin)).OrderBy(p => p.Margin)];
        double wrong = sorted.Count(p => p.Wrong), right = sorted.Length - wrong, below = 0, above = 0;
        if (wrong == 0 || right == 0) return new Interval(double.NaN, double.NaN, double.NaN);
        for (int i = 0, next; i < sorted.Length; i = next)
        {
            for (next = i; next < sorted.Length && sorted[next].Margin == sorted[i].Margin;) next++;
            double wrongHere = sorted[i..next].Count(p => p.Wrong), rightHere = next - i - wrongHere;
            above += rightHere * (below + wrongHere / 2);
            below += wrongHere;
        }

        double area = above / (wrong * right), q1 = area / (2 - area), q2 = 2 * area * area / (1 + area);
        double variance = (area * (1 - area) + (wrong - 1) * (q1 - area * area) + (right - 1) * (q2 - area * area)) / (wrong * right);
        var interval = Interval.Normal(area, Math.Sqrt(Math.Max(0, variance)));
        return new Interval(area, Math.Max(0, interval.Low), Math.Min(1, interval.High));
    }

    /// <summary>Which of the values are below the <paramref name="share"/>-quantile of those that are finite.</summary>
    public static bool[] BelowQuantile(IReadOnlyList<double> values, double share)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        if (sorted.Length == 0) return new bool[values.Count];
        double threshold = Bootstrap.Quantile(sorted, share);
        return [.. values.Select(value => value < threshold)];
    }
}
