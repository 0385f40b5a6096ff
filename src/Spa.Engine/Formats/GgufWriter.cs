using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Spa.Engine.Formats;

/// <summary>
/// Writes a GGUF file (version 3, little endian), whole or not at all; equal content makes equal bytes. Tensors are streamed: memory stays at one buffer whatever
/// their size.
/// </summary>
public static class GgufWriter
{
    private const int Alignment = 32;
    private const int BufferBytes = 4 << 20;

    // ggml's limit for a name, its terminator included.
    private const int MaxNameBytes = 64;

    /// <summary>Writes <c>general.alignment</c>, the metadata and the tensors, each in the order given.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Values are string, uint, int, float, bool, or lists of strings, ints or floats.</param>
    /// <param name="tensors">Under their GGUF names; shapes slowest dimension first, as everywhere here.</param>
    /// <exception cref="SpaException">The disk is full, the file cannot be written, or a value does not fit a tensor's type.</exception>
    public static void Write(string path, IReadOnlyList<KeyValuePair<string, object>> metadata, IReadOnlyList<TensorContent> tensors)
    {
        DiskSpace.Require(Path.GetDirectoryName(Path.GetFullPath(path))!, tensors.Sum(x => Align(x.Bytes)));
        byte[] header = Header([new("general.alignment", (uint)Alignment), .. metadata], tensors);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes), padding = new byte[Alignment];
            try
            {
                foreach (TensorContent tensor in tensors)
                {
                    tensor.CopyTo(stream, buffer);
                    stream.Write(padding.AsSpan(0, (int)(Align(tensor.Bytes) - tensor.Bytes)));
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        });
    }

    /// <summary>Everything before the first tensor's bytes, padded.</summary>
    private static byte[] Header(IReadOnlyList<KeyValuePair<string, object>> metadata, IReadOnlyList<TensorContent> tensors)
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write("GGUF"u8);
        Put(bytes, 3);
        Put(bytes, (long)tensors.Count);
        Put(bytes, (long)metadata.Count);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string key, object value) in metadata)
        {
            if (!keys.Add(key)) throw new ArgumentException($"metadata '{key}' is given twice");
            PutText(bytes, key);
            PutValue(bytes, key, value);
        }
        PutTable(bytes, tensors);
        byte[] header = new byte[Align(bytes.WrittenCount)];
        bytes.WrittenSpan.CopyTo(header);
        return header;
    }

    private static void PutTable(ArrayBufferWriter<byte> bytes, IReadOnlyList<TensorContent> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        long offset = 0;
        foreach (TensorContent tensor in tensors)
        {
            if (!names.Add(tensor.Name) || Encoding.UTF8.GetByteCount(tensor.Name) >= MaxNameBytes || tensor.Shape.Count is 0 or > 4)
                throw new ArgumentException($"tensor '{tensor.Name}' of {tensor.Shape.Count} dimensions: a name of its own under {MaxNameBytes} bytes and 1 to 4 "
                    + "dimensions are expected");
            PutText(bytes, tensor.Name);
            Put(bytes, tensor.Shape.Count);
            // The fastest dimension comes first in the file.
            for (int i = tensor.Shape.Count - 1; i >= 0; i--) Put(bytes, tensor.Shape[i]);
            Put(bytes, (int)tensor.Type.ToGgml());
            Put(bytes, offset);
            offset += Align(tensor.Bytes);
        }
    }

    private static void PutValue(ArrayBufferWriter<byte> bytes, string key, object value)
    {
        Put(bytes, (int)TypeOf(key, value));
        if (value is Array list)
        {
            Put(bytes, (int)(value switch { int[] => 5u, float[] => 6u, _ => 8u }));
            Put(bytes, (long)list.Length);
        }
        switch (value)
        {
            case string text:
                PutText(bytes, text);
                break;
            case bool flag:
                bytes.Write([(byte)(flag ? 1 : 0)]);
                break;
            case uint number:
                Put(bytes, (int)number);
                break;
            case int number:
                Put(bytes, number);
                break;
            case float number:
                Put(bytes, BitConverter.SingleToInt32Bits(number));
                break;
            case int[] numbers:
                foreach (int number in numbers) Put(bytes, number);
                break;
            case float[] numbers:
                foreach (float number in numbers) Put(bytes, BitConverter.SingleToInt32Bits(number));
                break;
            case string[] texts:
                foreach (string text in texts) PutText(bytes, text);
                break;
        }
    }

    private static uint TypeOf(string key, object value) => value switch
    {
        uint => 4,
        int => 5,
        float => 6,
        bool => 7,
        string => 8,
        int[] or float[] or string[] => 9,
        _ => throw new ArgumentException($"metadata '{key}': a {value.GetType().Name} cannot be written"),
    };

    private static void Put(ArrayBufferWriter<byte> bytes, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(sizeof(int)), value);
        bytes.Advance(sizeof(int));
    }

    private static void Put(ArrayBufferWriter<byte> bytes, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes.GetSpan(sizeof(long)), value);
        bytes.Advance(sizeof(long));
    }

    private static void PutText(ArrayBufferWriter<byte> bytes, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Put(bytes, (long)utf8.Length);
        bytes.Write(utf8);
    }

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
