namespace Spa.Engine.Compute;

/// <summary>
/// Token log-probs of the responses of P pairs, from <see cref="LogProbRows"/>. Response 2i is the chosen one of pair i, 2i + 1 the rejected.
/// </summary>
public struct PairRows
{
    /// <summary>[2P, 2] int32: first row and number of rows of each response.</summary>
    public Tensor Segments;

    /// <summary>[R] float32.</summary>
    public Tensor Policy;

    /// <summary>[R] float32; may be absent where every sum is known.</summary>
    public Tensor Reference;

    /// <summary>[R] float32; absent: the policy's.</summary>
    public Tensor Extrapolated;

    /// <summary>[P, 2] float64: sums under the reference of chosen and rejected, NaN where the rows give it; may be absent.</summary>
    public Tensor KnownReference;
}
