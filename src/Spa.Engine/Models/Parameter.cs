using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>One weight as its family stores it.</summary>
/// <param name="Name">Hugging Face name.</param>
/// <param name="Rows">Rows; 1 for vectors.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Decay">Weight decay applies (matrices, not norms and biases).</param>
/// <param name="Type">Storage type: norms and biases are always float32.</param>
/// <param name="Offset">First element in flat float32 buffers (gradients, moments, master weights).</param>
/// <param name="ByteOffset">First byte in the weight buffer.</param>
/// <param name="Format">How it is quantised in the weight buffer; null: it is not, and elements are of <paramref name="Type"/>.</param>
public sealed record Parameter(string Name, long Rows, int Columns, bool Decay, DType Type, long Offset, long ByteOffset, QuantisedFormat? Format = null)
{
    public long Count => Rows * Columns;

    /// <summary>Written to files as a vector; the head of a reward model is a matrix of one row.</summary>
    public bool IsVector => Rows == 1 && Name != RewardConfig.HeadWeight;
}
