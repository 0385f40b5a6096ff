using Spa.Engine.Compute;

namespace Spa.Engine.Formats;

/// <summary>
/// Tensors in one or several mapped files. Reading converts on the way (widening, dequantising, undoing a row order), on several threads
/// when the tensor is large, and gives the same bits on any number of them.
/// </summary>
public abstract unsafe class TensorSource : IDisposable
{
    // Rows are gathered through a buffer of this many elements when they must change type twice.
    private const int BufferElements = 1 << 16;

    /// <summary>What the user named: a file or a folder.</summary>
    public abstract string Path { get; }

    /// <summary>Every tensor by name, in file order.</summary>
    public abstract IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="SpaException">There is none.</exception>
    public StoredTensor Find(string name) => Tensors.TryGetValue(name, out StoredTensor? tensor)
        ? tensor
        : throw new SpaException($"'{Path}' has no tensor '{name}' ({Tensors.Count} others); the file does not fit the model's config or is incomplete");

    /// <summary>The whole tensor as float32; <paramref name="destination"/> has exactly its elements.</summary>
    /// <exception cref="SpaException">There is no such tensor, or its type cannot be read.</exception>
    public void ReadFloat32(string name, Span<float> destination) => ReadRows(name, 0, Find(name).Rows, destination);

    /// <summary>Rows [firstRow, firstRow + rowCount) as float32, for tensors longer than a span.</summary>
    /// <exception cref="SpaException">There is no such tensor, or its type cannot be read.</exception>
    public void ReadRows(string name, long firstRow, long rowCount, Span<float> destination)
    {
        StoredTensor tensor = Require(name, firstRow, rowCount, destination.Length);
        if (!tensor.Type.IsReadable())
            throw new SpaException($"'{tensor.File}': tensor '{name}' is stored as {tensor.Type}, which is not supported; supported: {StoredTypes.Readable}");
        fixed (float* target = destination)
        {
            int head = InterleavedHeadRows(tensor);
            if (head == 0) ElementDecoder.Decode(tensor.Type, Address(tensor, firstRow * tensor.Columns), target, destination.Length);
            else if (tensor.Rows == 1) DecodeInterleavedVector(tensor, head, destination);
            else ElementDecoder.DecodeRows(tensor.Type, Address(tensor, 0), target, new InterleavedRows(firstRow, rowCount, tensor.Columns, head));
        }
        if (StoredAbove(tensor) is not 0 and var above)
            foreach (ref float value in destination) value -= above;
    }

    /// <summary>Rows [firstRow, firstRow + rowCount) as bfloat16: copied if stored so, otherwise rounded from float32.</summary>
    /// <exception cref="SpaException">There is no such tensor, or its type cannot be read.</exception>
    public void ReadRows(string name, long firstRow, long rowCount, Span<ushort> destination)
    {
        StoredTensor tensor = Require(name, firstRow, rowCount, destination.Length);
        if (tensor.Type == StoredType.BF16 && TryGetRawRows(name, firstRow, rowCount, out ReadOnlySpan<byte> raw))
        {
            fixed (ushort* target = destination) raw.CopyTo(new Span<byte>(target, raw.Length));
            return;
        }
        long step = Math.Max(1, BufferElements / Math.Max(1, tensor.Columns));
        float[] buffer = new float[Math.Min(step, rowCount) * tensor.Columns];
        for (long row = 0; row < rowCount; row += step)
        {
            long count = Math.Min(step, rowCount - row);
            Span<float> part = buffer.AsSpan(0, (int)(count * tensor.Columns));
            ReadRows(name, firstRow + row, count, part);
            Bf16.Narrow(part, destination.Slice((int)(row * tensor.Columns), part.Length));
        }
    }

    /// <summary>The whole tensor of an integer type or of booleans.</summary>
    /// <exception cref="SpaException">There is no such tensor, or it does not hold integers.</exception>
    public void ReadInt64(string name, Span<long> destination)
    {
        StoredTensor tensor = Require(name, 0, Find(name).Rows, destination.Length);
        if (!tensor.Type.IsInteger()) throw new SpaException($"'{tensor.File}': tensor '{name}' must hold integers, found {tensor.Type}");
        byte* source = Address(tensor, 0);
        for (int i = 0; i < destination.Length; i++) destination[i] = ElementDecoder.Integer(tensor.Type, source, i);
    }

    /// <summary>
    /// The stored bytes of rows [firstRow, firstRow + rowCount), without a copy; they live as long as this object. False where they are
    /// not in row order in the file, are stored as other values, or are longer than a span.
    /// </summary>
    /// <exception cref="SpaException">There is no such tensor.</exception>
    public bool TryGetRawRows(string name, long firstRow, long rowCount, out ReadOnlySpan<byte> bytes)
    {
        StoredTensor tensor = Require(name, firstRow, rowCount, null);
        long length = ElementDecoder.Bytes(tensor.Type, rowCount * tensor.Columns);
        bool possible = InterleavedHeadRows(tensor) == 0 && StoredAbove(tensor) == 0 && length <= int.MaxValue;
        bytes = possible ? new ReadOnlySpan<byte>(Address(tensor, firstRow * tensor.Columns), (int)length) : default;
        return possible;
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    /// <summary>The mapping that holds a tensor.</summary>
    internal abstract MappedFile Mapping(StoredTensor tensor);

    /// <summary>Head size if the rows of each head are stored in the order of <see cref="InterleavedRows"/>; 0: in order.</summary>
    private protected virtual int InterleavedHeadRows(StoredTensor tensor) => 0;

    /// <summary>What stored values are larger by than those of the model.</summary>
    private protected virtual float StoredAbove(StoredTensor tensor) => 0;

    private byte* Address(StoredTensor tensor, long element) => Mapping(tensor).Pointer + tensor.Offset + ElementDecoder.Bytes(tensor.Type, element);

    private void DecodeInterleavedVector(StoredTensor tensor, int head, Span<float> destination)
    {
        float[] stored = new float[destination.Length];
        fixed (float* target = stored) ElementDecoder.Decode(tensor.Type, Address(tensor, 0), target, stored.Length);
        for (int i = 0; i < stored.Length; i++) destination[i] = stored[InterleavedRows.Stored(i, head)];
    }

    private StoredTensor Require(string name, long firstRow, long rowCount, int? elements)
    {
        StoredTensor tensor = Find(name);
        if (firstRow < 0 || rowCount < 0 || firstRow > tensor.Rows - rowCount)
            throw new ArgumentOutOfRangeException(nameof(firstRow), $"rows [{firstRow}, {firstRow + rowCount}) of {tensor}");
        if (elements is { } length && length != rowCount * tensor.Columns)
            throw new ArgumentException($"{rowCount} rows of {tensor} do not fit {length} elements");
        return tensor;
    }
}
