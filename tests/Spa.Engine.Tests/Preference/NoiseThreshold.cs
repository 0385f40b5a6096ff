using System.Text.Json.Nodes;
using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Preference;

/// <summary>
/// The rules of the noise mask written plainly, which <see cref="NoiseTests"/> holds every backend to. Call <see cref="Flag"/> for each micro-batch
/// and <see cref="EndUpdate"/> after the last one of an update.
/// </summary>
internal abstract class NoiseThreshold
{
    /// <summary>The threshold that the last <see cref="Flag"/> used; NaN while nothing can be flagged.</summary>
    public double Current { get; protected set; } = double.NaN;

    /// <param name="kind">Rule.</param>
    /// <param name="share">K in (0, 1).</param>
    /// <param name="pairs">Pairs of the stage.</param>
    public static NoiseThreshold Create(NoiseRule kind, double share, int pairs) => kind switch
    {
        NoiseRule.Quantile => new QuantileThreshold(share, pairs),
        NoiseRule.Rolling => new RollingThreshold(share),
        _ => new BatchThreshold(share),
    };

    /// <summary>Sets flags[i] for margins[i] = beta M of pair indices[i].</summary>
    public abstract void Flag(ReadOnlySpan<int> indices, ReadOnlySpan<double> margins, Span<bool> flags);

    /// <summary>All micro-batches of an update are through.</summary>
    public abstract void EndUpdate();

    /// <summary>Everything that a resumed stage needs.</summary>
    public abstract JsonObject Save();

    public abstract void Restore(JsonObject state);

    /// <summary>Numbers as an array that reads back bit for bit.</summary>
    protected static JsonArray ToJson(IEnumerable<double> values) => [.. values.Select(v => (JsonNode)BitConverter.DoubleToInt64Bits(v))];

    protected static IEnumerable<double> FromJson(JsonNode? array) => array!.AsArray().Select(v => BitConverter.Int64BitsToDouble(v!.GetValue<long>()));
}
