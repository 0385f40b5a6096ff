namespace Spa.Engine.Compute;

/// <summary>How weights are quantised.</summary>
/// <param name="Code">What a weight becomes.</param>
/// <param name="IsNested">Scales of 4-bit blocks are quantised too, to 8 bits in blocks of <see cref="QuantisedWeight.NestedBlock"/> (double quantisation).</param>
public readonly record struct QuantisedFormat(WeightCode Code, bool IsNested)
{
    public override string ToString() => $"{Code}{(IsNested ? " nested" : "")}";
}
