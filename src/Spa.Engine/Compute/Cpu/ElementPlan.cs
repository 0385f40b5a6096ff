namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// How an elementwise op walks tensors of one shape: row by row, or, where all of them are contiguous, in pieces of one long row, so that
/// a flat parameter buffer and a single wide row are split as evenly as a matrix.
/// </summary>
internal readonly unsafe struct ElementPlan
{
    // Large enough that the bookkeeping of a piece does not show, small enough to share out an op of 16K elements.
    private const int Piece = 4096;

    private readonly bool _flat;
    private readonly int _last;

    public ElementPlan(Tensor shape, bool flat)
    {
        _flat = flat;
        Columns = flat ? Piece : shape.Columns;
        Rows = flat ? (shape.Count + Piece - 1) / Piece : shape.Rows;
        _last = flat ? (int)(shape.Count - (Rows - 1) * Piece) : shape.Columns;
    }

    public long Rows { get; }

    /// <summary>Elements of a row; the last piece may have fewer.</summary>
    public int Columns { get; }

    /// <summary>Elements of this row.</summary>
    public int Length(long row) => row == Rows - 1 ? _last : Columns;

    /// <summary>First element of this row in a tensor of the plan's shape.</summary>
    public void* Row(Tensor tensor, long row) => (byte*)tensor.Address + row * (_flat ? Piece : tensor.Stride) * tensor.Type.Size();
}
