using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>What a judge makes of a row.</summary>
/// <param name="Rewards">One per response; NaN where there is no verdict. sigmoid(r_a - r_b) is the probability that a is better than b.</param>
/// <param name="Details">How it came to them, for the file of pairs; null where there is nothing to tell.</param>
public sealed record RowVerdict(double[] Rewards, JsonObject? Details = null);
