using Spa.Engine.Compute;
using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Evaluation.AlpacaEval;

/// <summary>
/// Length-controlled win rate (Dubois et al. 2024, arXiv 2404.04475): a logistic regression of the preferences on the length difference, the
/// instruction's difficulty and a bias, then asked what it predicts for answers of equal length. Rates in percent.
/// </summary>
public sealed record LengthControl
{
    private const int Folds = 5;

    // Refits that move the bounds of the interval by a few percent of its width between seeds.
    private const int Resamples = 400;

    // A thousandth of what the resampling moves.
    private const double RefitStep = 1e-5;

    /// <summary>Win rate at equal lengths; the interval is over refits to resampled rows (percentile bootstrap).</summary>
    public required Interval Rate { get; init; }

    /// <summary>100 sd(q) / sqrt(n) of the predictions q, as AlpacaEval prints it: their spread over instructions, not the error of the fit.</summary>
    public required double StandardError { get; init; }

    /// <summary>C of the fit.</summary>
    public required double Penalty { get; init; }

    /// <summary>Length, difficulty (where there is one), bias.</summary>
    public required IReadOnlyList<double> Weights { get; init; }

    /// <summary>The candidates for C, smallest first: 10^(-4 + 8k/9), k = 0 .. 9.</summary>
    public static IReadOnlyList<double> Penalties { get; } = [.. Enumerable.Range(0, 10).Select(k => Math.Pow(10, -4 + 8 * k / 9.0))];

    /// <summary>Fits and predicts.</summary>
    /// <param name="rows">All annotations of one model in the order of their file; rows without a preference are left out.</param>
    /// <param name="inputs">Null for another instruction set than AlpacaEval's: no difficulty, no further rows.</param>
    /// <param name="penalty">C; null: chosen by cross-validation.</param>
    /// <param name="seed">Of the bootstrap.</param>
    /// <exception cref="SpaException">No row has a preference, or there are fewer difficulties than rows.</exception>
    public static LengthControl Of(IReadOnlyList<AlpacaAnnotation> rows, LengthControlInputs? inputs, double? penalty = null, ulong seed = 42)
    {
        LogisticRow[] model = [.. Features(rows, inputs)];
        if (model.Length == 0) throw new SpaException($"none of {rows.Count} rows has a preference, so there is nothing to control for length; look at the judge's replies");
        LogisticRow[] all = [.. inputs?.Gamed ?? [], .. model];
        double c = penalty ?? CrossValidate(all);
        double[] theta = SparseLogistic.Fit(all, c);
        (double rate, double error) = Predict(theta, model);
        return new LengthControl
        {
            Rate = Resampled(rate, theta, inputs?.Gamed ?? [], model, c, seed),
            StandardError = error,
            Penalty = c,
            Weights = theta,
        };
    }

    /// <summary>Win rate at equal lengths and its standard error for given weights (length, difficulty, bias).</summary>
    public static (double Rate, double StandardError) Predict(IReadOnlyList<double> weights, IReadOnlyList<double> difficulties) =>
        Predict([.. weights], [.. difficulties.Select(d => new LogisticRow([0, d, 1], 0, 1))]);

    /// <summary>Why a length-controlled rate looks wrong beside the win rate, or null.</summary>
    public string? Doubt(double winRate)
    {
        double lc = Rate.Value;
        return lc < Math.Min(0.75 * winRate, winRate - 10) || lc > Math.Max(winRate + (100 - winRate) / 4, winRate + 10)
            ? $"the length-controlled rate {lc:0.0} is far from the win rate {winRate:0.0}: length explains most of the preferences, or the fit cannot tell them apart"
            : null;
    }

    private static IEnumerable<LogisticRow> Features(IReadOnlyList<AlpacaAnnotation> rows, LengthControlInputs? inputs)
    {
        if (inputs is not null && rows.Count > inputs.Difficulties.Count)
            throw new SpaException($"expected at most {inputs.Difficulties.Count} annotations, one per instruction difficulty; found {rows.Count}; without the two CSV files the "
                + "fit has no difficulty term");
        double[] differences = [.. rows.Select(row => (double)AlpacaAnnotation.LengthOf(row.Output1) - AlpacaAnnotation.LengthOf(row.Output2))];
        bool[] kept = [.. rows.Select(row => row.ModelWins is not null)];
        double[] keptDifferences = [.. differences.Where((_, i) => kept[i])];
        // The error times root n is the sample standard deviation; one row, or equal lengths everywhere, have none.
        double spread = Interval.MeanAndError(keptDifferences).StandardError * Math.Sqrt(keptDifferences.Length);
        for (int i = 0; i < rows.Count; i++)
        {
            if (!kept[i]) continue;
            double length = spread > 0 ? Math.Tanh(differences[i] / spread) : 0;
            // By position and not by instruction, as the published numbers are made: behind a missing row the difficulties are shifted.
            double[] features = inputs is null ? [length, 1] : [length, inputs.Difficulties[i], 1];
            yield return new LogisticRow(features, rows[i].ModelWins!.Value, 1);
        }
    }

    /// <summary>The C with the largest mean score over folds (row r is in fold r mod 5), the smallest of equals.</summary>
    private static double CrossValidate(LogisticRow[] rows)
    {
        int folds = Math.Min(Folds, rows.Length);
        if (folds < 2) return Penalties[^1];
        double[] scores = new double[Penalties.Count];
        for (int fold = 0; fold < folds; fold++)
        {
            LogisticRow[] rest = [.. rows.Where((_, r) => r % folds != fold)], held = [.. rows.Where((_, r) => r % folds == fold)];
            double[] theta = [];
            for (int k = 0; k < Penalties.Count; k++)
            {
                theta = SparseLogistic.Fit(rest, Penalties[k], theta);
                scores[k] += held.Average(row => row.Weight * LogLikelihood(row, theta)) / folds;
            }
        }

        return Penalties[Array.IndexOf(scores, scores.Max())];
    }

    private static double LogLikelihood(LogisticRow row, double[] theta)
    {
        const double Smallest = 1e-15;
        double p = Math.Clamp(Logistic.Sigmoid(row.Dot(theta)), Smallest, 1 - Smallest);
        return row.Target * Math.Log(p) + (1 - row.Target) * Math.Log(1 - p);
    }

    private static (double Rate, double StandardError) Predict(double[] theta, ReadOnlySpan<LogisticRow> rows)
    {
        double[] q = new double[rows.Length];
        for (int i = 0; i < q.Length; i++) q[i] = Logistic.Sigmoid(rows[i].Dot(theta) - theta[0] * rows[i].Features[0]);
        (double mean, double error) = Interval.MeanAndError(q);
        return (100 * mean, 100 * error);
    }

    private static Interval Resampled(double rate, double[] theta, IReadOnlyList<LogisticRow> gamed, LogisticRow[] model, double penalty, ulong seed)
    {
        if (model.Length < 2) return new Interval(rate, double.NaN, double.NaN);
        LogisticRow[] rows = [.. gamed, .. model];
        double[] rates = new double[Resamples];
        for (int resample = 0; resample < Resamples; resample++)
        {
            Span<LogisticRow> drawn = rows.AsSpan(gamed.Count);
            for (int i = 0; i < drawn.Length; i++) drawn[i] = model[Bootstrap.Index(seed, (uint)resample, (uint)i, model.Length)];
            rates[resample] = Predict(SparseLogistic.Fit(rows, penalty, theta, RefitStep), drawn).Rate;
        }

        Array.Sort(rates);
        return new Interval(rate, Bootstrap.Quantile(rates, 0.025), Bootstrap.Quantile(rates, 0.975));
    }
}
