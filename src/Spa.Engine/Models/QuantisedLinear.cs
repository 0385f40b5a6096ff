using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>The quantised weight of a product: one part for each module, as its family stores them, and the memory that all products unpack into.</summary>
internal sealed class QuantisedLinear(QuantisedWeight[] parts, DequantisedWeight scratch)
{
    /// <summary>[N, K], valid until another product asks for its own.</summary>
    public Tensor Dequantise(ComputeBackend backend) => scratch.Fill(backend, parts);
}
