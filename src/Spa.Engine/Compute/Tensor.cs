using System.Diagnostics;

namespace Spa.Engine.Compute;

/// <summary>
/// A typed view of rows x columns elements in memory that an <see cref="Arena"/> owns. Everything in a decoder is at most a matrix
/// (heads lie side by side in the columns), so there is no third dimension. The address belongs to the backend that made the arena:
/// a host pointer on the CPU, a device pointer on CUDA. <c>default</c> means "absent".
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public readonly struct Tensor
{
    public Tensor(nint address, DType type, long rows, int columns, int stride = 0, TensorLayout layout = TensorLayout.RowMajor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Address = address;
        Type = type;
        Rows = rows;
        Columns = columns;
        Stride = stride == 0 ? columns : stride;
        Layout = layout;
    }

    public nint Address { get; }

    public DType Type { get; }

    public TensorLayout Layout { get; }

    public long Rows { get; }

    public int Columns { get; }

    /// <summary>Elements from one row to the next; at least <see cref="Columns"/>.</summary>
    public int Stride { get; }

    /// <summary>No tensor was given.</summary>
    public bool IsAbsent => Address == 0;

    public long Count => Rows * Columns;

    public bool IsContiguous => Stride == Columns || Rows <= 1;

    /// <summary>Bytes from the first to the last element of a contiguous tensor.</summary>
    public long Bytes => Count * Type.Size();

    /// <summary>Rows [start, start + count).</summary>
    public Tensor RowRange(long start, long count)
    {
        if (start < 0 || count < 0 || start + count > Rows) throw new ArgumentOutOfRangeException(nameof(start), $"rows [{start}, {start + count}) of {this}");
        return new Tensor(Address + (nint)(start * Stride * Type.Size()), Type, count, Columns, Stride, Layout);
    }

    /// <summary>Columns [start, start + count) of every row; keeps the stride.</summary>
    public Tensor ColumnRange(int start, int count)
    {
        if (start < 0 || count < 0 || start + count > Columns) throw new ArgumentOutOfRangeException(nameof(start), $"columns [{start}, {start + count}) of {this}");
        return new Tensor(Address + start * Type.Size(), Type, Rows, count, Stride, Layout);
    }

    /// <summary>The same contiguous elements as another matrix.</summary>
    public Tensor Reshape(long rows, int columns)
    {
        if (!IsContiguous || rows * columns != Count) throw new ArgumentException($"{this} cannot be read as [{rows}, {columns}]");
        return new Tensor(Address, Type, rows, columns);
    }

    /// <summary>Elements [start, start + count) of a contiguous tensor as one column of rows.</summary>
    public Tensor Flat(long start, long count)
    {
        if (!IsContiguous || start < 0 || count < 0 || start + count > Count) throw new ArgumentOutOfRangeException(nameof(start), $"elements [{start}, {start + count}) of {this}");
        return new Tensor(Address + (nint)(start * Type.Size()), Type, count, 1);
    }

    public override string ToString() => IsAbsent ? "absent" : $"{Type}[{Rows}, {Columns}]{(IsContiguous ? "" : $" stride {Stride}")}{(Layout == TensorLayout.Packed ? " packed" : "")}";
}
