using Spa.Engine.Compute;

namespace Spa.Engine.Models.Adapters;

/// <summary>The adapter of one product, or its gradients.</summary>
/// <param name="a">[R, K]: the A of all modules, one behind the other.</param>
/// <param name="parts">All outputs of the product in order.</param>
/// <param name="isDora">With magnitudes.</param>
/// <param name="dropout">Share of inputs that training drops.</param>
/// <param name="stream">Tells its masks from those of other products.</param>
internal sealed class LinearAdapter(Tensor a, AdapterPart[] parts, bool isDora, double dropout, uint stream)
{
    /// <summary>[R, K].</summary>
    public Tensor A { get; } = a;

    public AdapterPart[] Parts { get; } = parts;

    public bool IsDora { get; } = isDora;

    /// <summary>The run's seed and the update; the adapter sets it.</summary>
    public ulong Seed { get; set; }

    /// <summary>R.</summary>
    public int Rank => (int)A.Rows;

    /// <summary>Drops inputs where a pass trains.</summary>
    public bool HasDropout => dropout > 0;

    public DropoutMask Mask => new(Seed, stream, dropout);
}
