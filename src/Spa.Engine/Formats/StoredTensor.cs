namespace Spa.Engine.Formats;

/// <summary>
/// A tensor in a file. Seen as a matrix, <see cref="Columns"/> is the last dimension and <see cref="Rows"/> all others together; a vector
/// is one row.
/// </summary>
/// <param name="Name">Name that the file gives it, or its Hugging Face name.</param>
/// <param name="Type">How its elements are stored.</param>
/// <param name="Shape">Sizes, slowest first: [out, in] for a linear layer; empty for a scalar.</param>
/// <param name="File">File that holds it.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Bytes">Length in the file.</param>
public sealed record StoredTensor(string Name, StoredType Type, long[] Shape, string File, long Offset, long Bytes)
{
    // More dimensions than any weight has; keeps hostile headers short.
    internal const int MaxDimensions = 8;

    public long Columns => Shape.Length == 0 ? 1 : Shape[^1];

    public long Rows
    {
        get
        {
            long rows = 1;
            for (int i = 0; i < Shape.Length - 1; i++) rows *= Shape[i];
            return rows;
        }
    }

    public long Count => Rows * Columns;

    /// <summary>"BF16 [49152, 576]", for messages.</summary>
    public override string ToString() => $"{Name}: {Type} [{string.Join(", ", Shape)}]";

    /// <summary>Bytes of a tensor of this shape; false if the shape is negative, overflows, or does not hold whole blocks.</summary>
    internal static bool TryMeasure(StoredType type, ReadOnlySpan<long> shape, out long bytes)
    {
        bytes = 0;
        // A size of 0 hides the others' product, so every partial product of the non-zero sizes has to fit.
        Int128 count = 1, rows = 1;
        foreach (long size in shape)
        {
            if (size < 0) return false;
            rows *= Math.Max(size, 1);
            count *= size;
            if (rows > long.MaxValue) return false;
        }
        (int elements, int blockBytes) = type.Block();
        if (elements > 1 && (shape.IsEmpty || shape[^1] % elements != 0)) return false;
        Int128 total = count / elements * blockBytes;
        if (total > long.MaxValue) return false;
        bytes = (long)total;
        return true;
    }
}
