using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Evaluation.AlpacaEval;

/// <summary>The win rate of a model over the baseline, as AlpacaEval counts it; rates in percent.</summary>
public sealed record WinRate
{
    /// <summary>100 mean(y), y the probability that the model's output is better; with its t interval.</summary>
    public required Interval Rate { get; init; }

    /// <summary>100 sd(y) / sqrt(n), sd with n - 1.</summary>
    public required double StandardError { get; init; }

    public required int Wins { get; init; }

    public required int BaselineWins { get; init; }

    /// <summary>y is 0.5 exactly.</summary>
    public required int Draws { get; init; }

    /// <summary>Rows without a preference; they count nowhere else.</summary>
    public required int Dropped { get; init; }

    /// <summary>Integer part of the mean length of the model's outputs, in code points.</summary>
    public required int AverageLength { get; init; }

    /// <summary>Rows with a preference.</summary>
    public int Total => Wins + BaselineWins + Draws;

    /// <summary>100 (wins + draws / 2) / total.</summary>
    public double Discrete => 100 * (Wins + Draws / 2.0) / Total;

    /// <exception cref="SpaException">No row has a preference.</exception>
    public static WinRate Of(IReadOnlyList<AlpacaAnnotation> rows)
    {
        AlpacaAnnotation[] kept = [.. rows.Where(row => row.ModelWins is not null)];
        if (kept.Length == 0) throw new SpaException($"none of {rows.Count} rows has a preference, so there is no win rate; look at the judge's replies");
        double[] y = [.. kept.Select(row => row.ModelWins!.Value)];
        Interval share = Interval.Mean(y);
        return new WinRate
        {
            Rate = new Interval(100 * share.Value, 100 * share.Low, 100 * share.High),
            StandardError = 100 * Interval.MeanAndError(y).StandardError,
            Wins = y.Count(value => value > 0.5),
            BaselineWins = y.Count(value => value < 0.5),
            Draws = y.Count(value => value == 0.5),
            Dropped = rows.Count - kept.Length,
            AverageLength = (int)kept.Average(row => (double)AlpacaAnnotation.LengthOf(row.Output2)),
        };
    }
}
