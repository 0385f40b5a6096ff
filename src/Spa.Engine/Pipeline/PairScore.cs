using System.Text.Json.Nodes;
using Spa.Engine.Evaluation;

namespace Spa.Engine.Pipeline;

/// <summary>A labelled pair as a model and, where there is one, its reference see it: summed log-probs, and tokens of the responses.</summary>
internal sealed record PairScore(double Chosen, double Rejected, double? ReferenceChosen, double? ReferenceRejected, int ChosenTokens, int RejectedTokens)
{
    /// <summary>log pi - log pi_ref of the chosen response; without a reference log pi.</summary>
    public double ChosenLogRatio => Chosen - (ReferenceChosen ?? 0);

    public double RejectedLogRatio => Rejected - (ReferenceRejected ?? 0);

    /// <summary>For the agreement with labels.</summary>
    public EvaluatedPair Evaluated(double beta) => new(beta * (ChosenLogRatio - RejectedLogRatio), ChosenTokens, RejectedTokens);

    public JsonObject ToJson()
    {
        // JSON has no NaN.
        static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
        var json = new JsonObject { ["chosen_logp"] = Number(Chosen), ["rejected_logp"] = Number(Rejected) };
        if (ReferenceChosen is { } chosen && ReferenceRejected is { } rejected) (json["ref_chosen_logp"], json["ref_rejected_logp"]) = (Number(chosen), Number(rejected));
        (json["chosen_tokens"], json["rejected_tokens"]) = (ChosenTokens, RejectedTokens);
        return json;
    }

    public static PairScore FromJson(JsonObject json)
    {
        double? Reference(string key) => json.ContainsKey(key) ? Number(key) : null;
        double Number(string key) => json[key]?.GetValue<double>() ?? double.NaN;
        return new PairScore(Number("chosen_logp"), Number("rejected_logp"), Reference("ref_chosen_logp"), Reference("ref_rejected_logp"),
            json["chosen_tokens"]!.GetValue<int>(), json["rejected_tokens"]!.GetValue<int>());
    }
}
