using System.Text.Json.Nodes;

namespace Spa.Engine.Training;

/// <summary>A prompt, the K responses that the policy drew for it, and what they are worth.</summary>
/// <param name="Prompt">Tokens.</param>
/// <param name="Responses">[K] tokens, the end token included where one was drawn.</param>
/// <param name="Rewards">[K] of the judge.</param>
/// <param name="LogRatios">[K] log pi_old - log pi_ref of the response; 0 without a reference.</param>
/// <param name="Cut">[K] whether the response met its length limit.</param>
public sealed record Rollout(int[] Prompt, int[][] Responses, double[] Rewards, double[] LogRatios, bool[] Cut)
{
    /// <summary>[K] log pi_old as the training pass computes it; NaN before the first.</summary>
    internal double[] OldLogps { get; private init; } = Filled(Responses.Length, double.NaN);

    /// <summary>[K]</summary>
    internal double[] Advantages { get; private init; } = new double[Responses.Length];

    /// <summary>What further updates on these responses need, to the bit.</summary>
    internal JsonObject ToJson() => new()
    {
        ["prompt"] = Ints(Prompt),
        ["responses"] = new JsonArray([.. Responses.Select(Ints)]),
        ["old_logps"] = Bits(OldLogps),
        ["advantages"] = Bits(Advantages),
    };

    internal static Rollout FromJson(JsonNode json)
    {
        int[][] responses = [.. json["responses"]!.AsArray().Select(r => Ints(r!))];
        return new Rollout(Ints(json["prompt"]!), responses, new double[responses.Length], new double[responses.Length], new bool[responses.Length])
        {
            OldLogps = FromBits(json["old_logps"]!),
            Advantages = FromBits(json["advantages"]!),
        };
    }

    private static double[] Filled(int count, double value)
    {
        double[] values = new double[count];
        Array.Fill(values, value);
        return values;
    }

    private static JsonArray Ints(int[] ids) => [.. ids.Select(id => (JsonNode)id)];

    private static int[] Ints(JsonNode array) => [.. array.AsArray().Select(id => id!.GetValue<int>())];

    private static JsonArray Bits(double[] values) => [.. values.Select(v => (JsonNode)BitConverter.DoubleToInt64Bits(v))];

    private static double[] FromBits(JsonNode array) => [.. array.AsArray().Select(v => BitConverter.Int64BitsToDouble(v!.GetValue<long>()))];
}
