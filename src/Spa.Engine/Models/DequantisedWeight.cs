using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>Room for the largest quantised matrix of a model, which products unpack theirs into one after the other.</summary>
internal sealed class DequantisedWeight(Tensor room)
{
    // What is in it. Quantised weights never change, so the backward pass of a product need not unpack again what it did for the inputs.
    private QuantisedWeight[]? _held;

    public Tensor Fill(ComputeBackend backend, QuantisedWeight[] parts)
    {
        long rows = 0;
        foreach (QuantisedWeight part in parts) rows += part.Rows;
        int columns = parts[0].Columns;
        Tensor dense = room.Flat(0, rows * columns).Reshape(rows, columns);
        if (_held == parts) return dense;
        long row = 0;
        foreach (QuantisedWeight part in parts)
        {
            backend.DequantiseWeight(dense.RowRange(row, part.Rows), part);
            row += part.Rows;
        }
        _held = parts;
        return dense;
    }
}
