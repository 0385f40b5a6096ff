using System.Runtime.InteropServices;
using Spa.Engine.Compute;

namespace Spa.Engine.Formats;

/// <summary>A tensor to write: what it is, and where its bytes come from, asked for in order and in parts.</summary>
public sealed class TensorContent
{
    private readonly Action<long, Span<byte>> _read;

    private TensorContent(string name, StoredType type, IReadOnlyList<long> shape, Action<long, Span<byte>> read)
    {
        if (!StoredTensor.TryMeasure(type, [.. shape], out long bytes))
            throw new ArgumentException($"tensor '{name}': [{string.Join(", ", shape)}] is not a shape of {type}");
        (Name, Type, Shape, Bytes, _read) = (name, type, [.. shape], bytes, read);
    }

    /// <summary>Fills <paramref name="destination"/> with the elements that start at <paramref name="first"/>.</summary>
    public delegate void ReadFloats(long first, Span<float> destination);

    public string Name { get; }

    public StoredType Type { get; }

    public IReadOnlyList<long> Shape { get; }

    public long Bytes { get; }

    /// <summary>From float32 values, rounded to nearest even where <paramref name="type"/> is BF16 or F16, in ggml's blocks where it is Q8_0.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="type">F32, BF16, F16 or Q8_0; rows of the last are whole blocks of 32.</param>
    /// <param name="shape">Sizes, slowest first.</param>
    /// <param name="read">Called for consecutive parts.</param>
    public static TensorContent FromFloats(string name, StoredType type, IReadOnlyList<long> shape, ReadFloats read) => type switch
    {
        StoredType.F32 => new TensorContent(name, type, shape, (offset, bytes) => read(offset / sizeof(float), MemoryMarshal.Cast<byte, float>(bytes))),
        StoredType.BF16 => new TensorContent(name, type, shape, (offset, bytes) =>
        {
            float[] values = new float[bytes.Length / sizeof(ushort)];
            read(offset / sizeof(ushort), values);
            Bf16.Narrow(values, MemoryMarshal.Cast<byte, ushort>(bytes));
        }),
        StoredType.F16 => new TensorContent(name, type, shape, (offset, bytes) =>
        {
            float[] values = new float[bytes.Length / sizeof(ushort)];
            read(offset / sizeof(ushort), values);
            if (HalfBits.Narrow(values, MemoryMarshal.Cast<byte, ushort>(bytes)) is >= 0 and var at) throw TooLarge(name, type, values[at]);
        }),
        StoredType.Q8_0 => new TensorContent(name, type, shape, (offset, bytes) =>
        {
            (int elements, int size) = type.Block();
            float[] values = new float[bytes.Length / size * elements];
            read(offset / size * elements, values);
            if (QuantisedBlocks.EncodeQ8_0(values, bytes) is >= 0 and var at) throw TooLarge(name, type, values[at]);
        }),
        _ => throw new ArgumentException($"tensor '{name}': float values are written as F32, BF16, F16 or Q8_0, not {type}"),
    };

    /// <summary>From an array of float32.</summary>
    public static TensorContent FromArray(string name, StoredType type, IReadOnlyList<long> shape, float[] values)
    {
        TensorContent content = FromFloats(name, type, shape, (first, destination) => values.AsSpan((int)first, destination.Length).CopyTo(destination));
        long count = content.Bytes / type.Block().Bytes;
        return values.Length == count ? content : throw new ArgumentException($"tensor '{name}': {values.Length} values for the shape [{string.Join(", ", shape)}]");
    }

    /// <summary>From bytes that already have the type; <paramref name="read"/> gets the first byte and the part to fill.</summary>
    public static TensorContent FromBytes(string name, StoredType type, IReadOnlyList<long> shape, Action<long, Span<byte>> read) => new(name, type, shape, read);

    /// <summary>From a contiguous host tensor, as it is stored (F32 or BF16). A vector of the model is one row.</summary>
    public static unsafe TensorContent FromTensor(string name, Tensor tensor, IReadOnlyList<long> shape)
    {
        if (!tensor.IsContiguous || tensor.Layout != TensorLayout.RowMajor || tensor.Type == DType.Int32)
            throw new ArgumentException($"{tensor} cannot be written as '{name}'");
        StoredType type = tensor.Type == DType.BFloat16 ? StoredType.BF16 : StoredType.F32;
        nint address = tensor.Address;
        var content = new TensorContent(name, type, shape, (offset, bytes) => new ReadOnlySpan<byte>((byte*)address + offset, bytes.Length).CopyTo(bytes));
        return content.Bytes == tensor.Bytes ? content : throw new ArgumentException($"{tensor} does not have the shape [{string.Join(", ", shape)}]");
    }

    /// <summary>From another file, widened to float32 or rounded to bfloat16 as <paramref name="type"/> says.</summary>
    /// <exception cref="SpaException">There is no such tensor.</exception>
    public static TensorContent FromSource(TensorSource source, string name, StoredType type)
    {
        StoredTensor tensor = source.Find(name);
        return FromFloats(name, type, tensor.Shape, (first, destination) => ReadElements(source, tensor, first, destination));
    }

    /// <summary>Writes all bytes, through a buffer.</summary>
    internal void CopyTo(Stream stream, Span<byte> buffer)
    {
        // Parts are whole elements or whole blocks.
        buffer = buffer[..(buffer.Length / Type.Block().Bytes * Type.Block().Bytes)];
        for (long offset = 0; offset < Bytes; offset += buffer.Length)
        {
            Span<byte> part = buffer[..(int)Math.Min(buffer.Length, Bytes - offset)];
            _read(offset, part);
            stream.Write(part);
        }
    }

    private static SpaException TooLarge(string name, StoredType type, float value) =>
        new($"tensor '{name}' holds values like {value:R}, which {type} cannot; write it as bfloat16 or float32");

    // Parts need not be whole rows; those at the ends go through a row's buffer.
    private static void ReadElements(TensorSource source, StoredTensor tensor, long first, Span<float> destination)
    {
        while (destination.Length > 0)
        {
            (long row, long column) = Math.DivRem(first, tensor.Columns);
            long whole = destination.Length / tensor.Columns;
            int taken;
            if (column == 0 && whole > 0)
            {
                taken = (int)(whole * tensor.Columns);
                source.ReadRows(tensor.Name, row, whole, destination[..taken]);
            }
            else
            {
                float[] buffer = new float[checked((int)tensor.Columns)];
                source.ReadRows(tensor.Name, row, 1, buffer);
                taken = (int)Math.Min(destination.Length, tensor.Columns - column);
                buffer.AsSpan((int)column, taken).CopyTo(destination);
            }
            first += taken;
            destination = destination[taken..];
        }
    }
}
