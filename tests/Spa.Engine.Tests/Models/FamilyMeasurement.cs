using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Tests.Compute;

namespace Spa.Engine.Tests.Models;

/// <summary>Largest differences of a model from its float64 golden or reference.</summary>
/// <param name="Logits">Of the largest logit, policy and reference; NaN: the reference has none.</param>
/// <param name="LogProbs">Nats a token.</param>
/// <param name="Gradients">Of the largest entry of the same parameter.</param>
internal sealed record FamilyMeasurement(double Logits, double LogProbs, double Gradients)
{
    /// <summary>Against the results of transformers in float64.</summary>
    public static FamilyMeasurement OfGolden(string family, TestedBackend tested)
    {
        using var golden = new GoldenModel(family, tested);
        double logits = Math.Max(Relative(golden.Logits(golden.Policy), golden.Floats("logits")), Relative(golden.Logits(golden.Reference), golden.Floats("ref_logits")));
        using var scorer = new Scorer(golden.Policy, golden.Reference, 0.5, 512);
        ScoredResponse[] scores = golden.Score(scorer);
        float[] policy = golden.Floats("token_logps"), reference = golden.Floats("ref_token_logps");
        double logProbs = 0;
        for (int s = 0; s < scores.Length; s++)
        {
            int start = golden.Response(s).Start;
            for (int t = 0; t < scores[s].TokenLogps.Length; t++)
            {
                double difference = Math.Max(Math.Abs((double)scores[s].TokenLogps[t] - policy[start + t]), Math.Abs((double)scores[s].ReferenceTokenLogps![t] - reference[start + t]));
                logProbs = Math.Max(logProbs, difference);
            }
        }
        return new FamilyMeasurement(logits, logProbs, golden.Gradients(0.1, 0.1, checkpointed: false).Max(g => Relative(g.Value, golden.Floats("grad." + g.Key))));
    }

    /// <summary>Against <see cref="ReferenceDecoder"/>; gradients against its difference quotients.</summary>
    public static FamilyMeasurement OfReference(string name, TestedBackend tested)
    {
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3, FamilyCases.Config(name));
        ReferenceDecoder reference = new(FamilyCases.Config(name), TinyModel.WeightsByName(model));
        using var scorer = new Scorer(model, null, 0, 256);
        double logProbs = 0;
        ScoreItem[] items = FamilyCases.Items();
        int at = 0;
        scorer.Score(items, (_, scores) =>
        {
            ScoreItem item = items[at++];
            for (int r = 0; r < scores.Length; r++)
            {
                int[] ids = [.. item.Prompt, .. item.Responses[r]];
                double[][] logps = reference.LogProbs(ids, ids.Length);
                for (int t = 0; t < item.Responses[r].Length; t++)
                    logProbs = Math.Max(logProbs, Math.Abs(scores[r].TokenLogps[t] - logps[item.Prompt.Length - 1 + t][item.Responses[r][t]]));
            }
        });
        return new FamilyMeasurement(double.NaN, logProbs, ReferenceGradient.All(name, tested).Max(g => Math.Abs(g.Found - g.Expected) / g.Largest));
    }

    private static double Relative(float[] found, float[] expected) => found.Zip(expected, (a, b) => Math.Abs((double)a - b)).Max() / expected.Max(x => Math.Abs((double)x));
}
