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

    /// <summary>Mean of -log sigmoid(margin): the loss of the labels under Bradley and Terry.</summary>
    public static double MeanLoss(IReadOnlyList<EvaluatedPair> pairs) => pairs.Average(Loss);

    /// <summary>-log sigmoid(margin) of a pair.</summary>
    public static double Loss(EvaluatedPair pair) => -Logistic.LogSigmoid(pair.Margin);
}
