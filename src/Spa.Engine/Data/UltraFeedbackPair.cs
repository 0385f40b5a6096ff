using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>
/// The pair in a raw UltraFeedback row <c>{instruction, completions: [{response, overall_score}]}</c>: the best completion against the worst, the first of those with
/// equal scores. (UltraFeedback-binarized drew the worse one at random; the worst needs no seed, and anybody can check it.)
/// </summary>
internal static class UltraFeedbackPair
{
    // The overall score first; older files have the mean of the four ratings only.
    private static readonly string[] s_scores = ["overall_score", "fine-grained_score", "score"];

    /// <summary>Both responses, or null with a fault.</summary>
    public static (string Chosen, string Rejected)? Find(JsonNode? value, RowFields fields)
    {
        if (value is not JsonArray { Count: >= 2 } list)
        {
            fields.Fault(Diagnosis.MissingField, $"two or more entries in 'completions', which is {(value is JsonArray few ? $"a list of {few.Count}" : JsonRow.NameOf(value))}");
            return null;
        }

        (int best, int worst, double high, double low) = (-1, -1, double.NegativeInfinity, double.PositiveInfinity);
        var responses = new string[list.Count];
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is not JsonObject completion || completion["response"] is not JsonValue text || text.GetValueKind() != JsonValueKind.String)
            {
                fields.Fault(Diagnosis.MissingField, $"'response' in 'completions[{i}]'");
                return null;
            }

            if (Score(completion) is not { } score)
            {
                fields.Fault(Diagnosis.MissingField, $"'overall_score' in 'completions[{i}]'");
                return null;
            }

            responses[i] = text.GetValue<string>();
            if (score > high) (best, high) = (i, score);
            if (score < low) (worst, low) = (i, score);
        }

        if (high > low) return (responses[best], responses[worst]);
        fields.Fault(Diagnosis.IdenticalAnswers, "all completions have the same score");
        return null;
    }

    private static double? Score(JsonObject completion)
    {
        foreach (string name in s_scores)
            if (completion[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double score) && double.IsFinite(score)) return score;
        return null;
    }
}
