namespace Spa.Engine.Formats;

/// <summary>Rows of a query or key projection in the order of llama's GGUF files: <see cref="InterleavedRows"/> on the way out.</summary>
/// <param name="read">Elements in Hugging Face's order.</param>
/// <param name="rows">Rows; whole heads.</param>
/// <param name="columns">Elements of a row; 1 for a bias.</param>
/// <param name="head">Rows of a head, even.</param>
internal sealed class InterleavedContent(TensorContent.ReadFloats read, long rows, int columns, int head)
{
    private float[]? _rows;
    private long _head = -1;

    /// <summary>Fills <paramref name="destination"/> with the elements that start at <paramref name="first"/> in the file's order.</summary>
    public void Read(long first, Span<float> destination)
    {
        while (destination.Length > 0)
        {
            (long row, long column) = Math.DivRem(first, columns);
            (long block, long stored) = Math.DivRem(row, head);
            // Made when it is needed and dropped behind the last element: a model has many such tensors.
            if (block != _head) read(block * head * columns, _rows ??= new float[head * columns]);
            _head = block;
            // Place 2j + t of the file holds row t * D/2 + j.
            int source = (int)(stored % 2 * (head / 2) + stored / 2);
            int taken = (int)Math.Min(destination.Length, columns - column);
            _rows.AsSpan(source * columns + (int)column, taken).CopyTo(destination);
            first += taken;
            destination = destination[taken..];
        }
        if (first == rows * columns) (_rows, _head) = (null, -1);
    }
}
