using Spa.Engine.Compute;

namespace Spa.Engine.Training;

/// <summary>The tensors of one micro-batch of P pairs, cut from <see cref="PairTensors"/>; see <see cref="ComputeBackend"/> for what the columns hold.</summary>
internal readonly struct PairBatch
{
    /// <summary>[2P, 2] int32 first row and rows of a response.</summary>
    public Tensor Segments { get; init; }

    /// <summary>[P] int32 which pairs of the stage.</summary>
    public Tensor Indices { get; init; }

    /// <summary>[P, 2] float64, or absent.</summary>
    public Tensor KnownReference { get; init; }

    /// <summary>[P, 6] float64.</summary>
    public Tensor Scores { get; init; }

    /// <summary>[P, 8] float64.</summary>
    public Tensor Results { get; init; }

    /// <summary>[P] float64, or absent.</summary>
    public Tensor Weights { get; init; }

    /// <summary>[P] float64.</summary>
    public Tensor Margins { get; init; }

    /// <summary>[P] int32.</summary>
    public Tensor Flags { get; init; }
}
