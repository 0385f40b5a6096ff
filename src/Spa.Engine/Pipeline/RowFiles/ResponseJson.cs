using System.Text.Json.Nodes;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>Responses as the fields of result rows, numbers at full precision.</summary>
internal static class ResponseJson
{
    /// <summary>A drawn response; without a tokenizer it has no text.</summary>
    public static JsonObject Of(GeneratedResponse response, ModelTokenizer? tokenizer)
    {
        JsonObject json = new() { ["ids"] = Numbers(response.Ids) };
        if (tokenizer is not null) json["text"] = tokenizer.Decode(response.Ids);
        json["logp"] = response.Logp;
        json["token_logps"] = Numbers(response.TokenLogps);
        json["finish_reason"] = response.FinishReason == FinishReason.Stop ? "stop" : "length";
        if (response.TopLogProbs is { } top) json["top_logprobs"] = new JsonArray([.. top.Select(Alternatives)]);
        return json;
    }

    /// <summary>A scored response. What needs a reference is absent without one.</summary>
    public static JsonObject Of(ScoredResponse scored, double beta, bool tokenLogps)
    {
        JsonObject json = new() { ["logp"] = scored.Logp, ["tokens"] = scored.TokenLogps.Length };
        if (scored.ReferenceLogp is { } reference)
        {
            json["ref_logp"] = reference;
            json["ext_logp"] = scored.ExtrapolatedLogp;
            json["reward"] = beta * (scored.Logp - reference);
        }

        if (!tokenLogps) return json;
        json["token_logps"] = Numbers(scored.TokenLogps);
        if (scored.ReferenceTokenLogps is { } referenceTokens) json["ref_token_logps"] = Numbers(referenceTokens);
        if (scored.ExtrapolatedTokenLogps is { } extrapolatedTokens) json["ext_token_logps"] = Numbers(extrapolatedTokens);
        return json;
    }

    /// <summary>beta D and beta M of docs/algorithm.md section 2; null without a reference.</summary>
    public static (double Margin, double ExtrapolatedMargin)? Margins(ScoredResponse chosen, ScoredResponse rejected, double beta)
    {
        if (chosen.ReferenceLogp is null || rejected.ReferenceLogp is null) return null;
        PairLogProbs pair = new()
        {
            PolicyChosen = chosen.Logp,
            PolicyRejected = rejected.Logp,
            ReferenceChosen = chosen.ReferenceLogp.Value,
            ReferenceRejected = rejected.ReferenceLogp.Value,
            ExtrapolatedChosen = chosen.ExtrapolatedLogp ?? chosen.Logp,
            ExtrapolatedRejected = rejected.ExtrapolatedLogp ?? rejected.Logp,
        };
        return (beta * pair.Margin, beta * pair.ExtrapolatedMargin);
    }

    public static JsonArray Numbers(IEnumerable<int> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static JsonArray Numbers(IEnumerable<float> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static JsonArray Alternatives(TokenAlternative[] alternatives) =>
        new([.. alternatives.Select(a => new JsonObject { ["id"] = a.Id, ["logp"] = a.Logp })]);
}
