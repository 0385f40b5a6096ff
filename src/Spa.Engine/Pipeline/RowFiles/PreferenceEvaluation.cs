using Spa.Engine.Compute;
using Spa.Engine.Evaluation;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>
/// <c>spa eval preferences</c>: how often the implicit reward orders labelled pairs as people did, and whether its confidence can be believed.
/// Without a reference the log-likelihood stands in for the reward.
/// </summary>
public static class PreferenceEvaluation
{
    private const string Phase = "eval preferences";

    /// <summary>The margin of every pair of a file of preference rows.</summary>
    public static IReadOnlyList<EvaluatedPair> Margins(ScoreFile file, Model policy, Model? reference, double beta, RunLog log, CancellationToken cancel)
    {
        List<EvaluatedPair> pairs = [];
        using Scorer scorer = new(policy, reference, 0, file.LargestRow);
        RowScoring.Run(scorer, file.Rows(), (row, scores) =>
        {
            double margin = ResponseJson.Margins(scores[0], scores[1], beta)?.Margin ?? beta * (scores[0].Logp - scores[1].Logp);
            pairs.Add(new EvaluatedPair(margin, row.Responses[0].Length, row.Responses[1].Length));
            log.Progress(Phase, pairs.Count, file.Count, "pairs");
        }, cancel);
        return pairs;
    }

    /// <summary>
    /// Expected calibration error: over ten bins of the confidence p = sigmoid(|margin|) in [0.5, 1], the mean gap between confidence and
    /// accuracy, weighted by pairs (Naeini et al. 2015). A tie counts as half right.
    /// </summary>
    public static double CalibrationError(IReadOnlyList<EvaluatedPair> pairs)
    {
        const int Bins = 10;
        double[] confidence = new double[Bins], right = new double[Bins];
        foreach (EvaluatedPair pair in pairs)
        {
            double p = Logistic.Sigmoid(Math.Abs(pair.Margin));
            int bin = Math.Min(Bins - 1, (int)((p - 0.5) * 2 * Bins));
            confidence[bin] += p;
            right[bin] += pair.Margin > 0 ? 1 : pair.Margin == 0 ? 0.5 : 0;
        }

        return confidence.Zip(right, (c, r) => Math.Abs(c - r)).Sum() / pairs.Count;
    }

    /// <summary>Mean of -log sigmoid(margin): the loss of the labels under Bradley and Terry.</summary>
    public static double MeanLoss(IReadOnlyList<EvaluatedPair> pairs) => pairs.Average(pair => -Logistic.LogSigmoid(pair.Margin));
}
