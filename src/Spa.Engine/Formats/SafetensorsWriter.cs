using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>
/// Writes safetensors in the order given, whole or not at all; equal tensors make equal bytes. Tensors are streamed: memory stays at one
/// buffer whatever their size.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Hugging Face's limit for one file.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    public const string SingleName = "model.safetensors";
    public const string IndexName = "model.safetensors.index.json";

    private const int BufferBytes = 4 << 20;
    private const int HeaderAlignment = 8;

    /// <summary>Writes one file.</summary>
    /// <exception cref="SpaException">The disk is full or the file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<TensorContent> tensors)
    {
        RequireUniqueNames(tensors);
        DiskSpace.Require(Path.GetDirectoryName(Path.GetFullPath(path))!, tensors.Sum(x => x.Bytes));
        WriteFile(path, tensors);
    }

    /// <summary>
    /// Writes model.safetensors into a folder, or numbered shards of at most <paramref name="maxShardBytes"/> (a larger tensor is alone in
    /// its shard) with model.safetensors.index.json. Returns the names of the files.
    /// </summary>
    /// <exception cref="SpaException">The disk is full or a file cannot be written.</exception>
    public static IReadOnlyList<string> WriteSharded(string folder, IReadOnlyList<TensorContent> tensors, long maxShardBytes = DefaultShardBytes)
    {
        RequireUniqueNames(tensors);
        DiskSpace.Require(folder, tensors.Sum(x => x.Bytes));
        List<List<TensorContent>> shards = Split(tensors, maxShardBytes);
        if (shards.Count == 1)
        {
            WriteFile(Path.Combine(folder, SingleName), tensors);
            return [SingleName];
        }
        var names = new List<string>();
        var map = new JsonObject();
        foreach (List<TensorContent> shard in shards)
        {
            string name = $"model-{names.Count + 1:D5}-of-{shards.Count:D5}.safetensors";
            WriteFile(Path.Combine(folder, name), shard);
            names.Add(name);
            foreach (TensorContent tensor in shard) map[tensor.Name] = name;
        }
        var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = tensors.Sum(x => x.Bytes) }, ["weight_map"] = map };
        JsonFiles.WriteObject(Path.Combine(folder, IndexName), index);
        return [.. names, IndexName];
    }

    private static List<List<TensorContent>> Split(IReadOnlyList<TensorContent> tensors, long maxBytes)
    {
        List<List<TensorContent>> shards = [[]];
        long used = 0;
        foreach (TensorContent tensor in tensors)
        {
            if (shards[^1].Count > 0 && used + tensor.Bytes > maxBytes)
            {
                shards.Add([]);
                used = 0;
            }
            shards[^1].Add(tensor);
            used += tensor.Bytes;
        }
        return shards;
    }

    private static void WriteFile(string path, IReadOnlyList<TensorContent> tensors) => AtomicFile.Write(path, stream =>
    {
        IReadOnlyList<TensorContent> ordered = Aligned(tensors);
        stream.Write(Header(ordered));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            foreach (TensorContent tensor in ordered) tensor.CopyTo(stream, buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    });

    // Readers view the bytes as numbers, so a number must lie at a multiple of its size. Where the given order breaks that
    // (an odd count of bfloat16 before a float32), wide types go first.
    private static IReadOnlyList<TensorContent> Aligned(IReadOnlyList<TensorContent> tensors)
    {
        long position = 0;
        foreach (TensorContent tensor in tensors)
        {
            if (position % tensor.Type.Block().Bytes != 0) return [.. tensors.OrderByDescending(x => x.Type.Block().Bytes)];
            position += tensor.Bytes;
        }
        return tensors;
    }

    private static byte[] Header(IReadOnlyList<TensorContent> tensors)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            writer.WriteString("format", "pt");
            writer.WriteEndObject();
            long position = 0;
            foreach (TensorContent tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Type.ToSafetensors());
                writer.WriteStartArray("shape");
                foreach (long size in tensor.Shape) writer.WriteNumberValue(size);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(position);
                writer.WriteNumberValue(position += tensor.Bytes);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        int padded = (json.WrittenCount + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        byte[] header = new byte[sizeof(ulong) + padded];
        BitConverter.TryWriteBytes(header, (ulong)padded);
        header.AsSpan(sizeof(ulong)).Fill((byte)' ');
        json.WrittenSpan.CopyTo(header.AsSpan(sizeof(ulong)));
        return header;
    }

    private static void RequireUniqueNames(IReadOnlyList<TensorContent> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (TensorContent tensor in tensors)
        {
            if (!names.Add(tensor.Name) || tensor.Name == "__metadata__") throw new ArgumentException($"tensor name '{tensor.Name}' is taken");
        }
    }
}
