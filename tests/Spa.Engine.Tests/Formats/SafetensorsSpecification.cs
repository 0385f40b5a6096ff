using System.Text;
using System.Text.Json;

namespace Spa.Engine.Tests.Formats;

/// <summary>
/// A safetensors file read as its specification describes it, with nothing of the engine: eight bytes of length, a JSON object of names that begins with '{' and may end in spaces, then the bytes of
/// the tensors, which follow one another without a gap up to the end of the file.
/// </summary>
internal sealed class SafetensorsSpecification
{
    public Dictionary<string, string> Metadata { get; } = [];

    public Dictionary<string, (string Type, long[] Shape, byte[] Data)> Tensors { get; } = [];

    public static SafetensorsSpecification Read(string path)
    {
        var file = new SafetensorsSpecification();
        byte[] bytes = File.ReadAllBytes(path);
        int length = checked((int)BitConverter.ToUInt64(bytes));
        Assert.That(length % 8, Is.Zero, "so that the data begins at a multiple of eight bytes");
        string header = Encoding.UTF8.GetString(bytes, 8, length);
        Assert.That(header, Does.StartWith("{"));
        Assert.That(header.TrimEnd(' '), Does.EndWith("}"));
        List<(long Begin, long End)> ranges = [];
        using JsonDocument json = JsonDocument.Parse(header);
        foreach (JsonProperty property in json.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                foreach (JsonProperty entry in property.Value.EnumerateObject()) file.Metadata.Add(entry.Name, entry.Value.GetString()!);
                continue;
            }
            long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(x => x.GetInt64())], offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(x => x.GetInt64())];
            string type = property.Value.GetProperty("dtype").GetString()!;
            int size = type switch { "F32" => 4, "BF16" or "F16" => 2, _ => throw new NotSupportedException(type) };
            Assert.That(property.Value.EnumerateObject().Count(), Is.EqualTo(3), property.Name);
            Assert.That(offsets[1] - offsets[0], Is.EqualTo(shape.Aggregate((long)size, (product, x) => product * x)), property.Name);
            Assert.That(offsets[0] % size, Is.Zero, property.Name);
            ranges.Add((offsets[0], offsets[1]));
            file.Tensors.Add(property.Name, (type, shape, bytes[(8 + length + (int)offsets[0])..(8 + length + (int)offsets[1])]));
        }
        ranges.Sort();
        Assert.That(ranges.Zip(ranges.Skip(1)).All(pair => pair.First.End == pair.Second.Begin), "no gap, no overlap");
        Assert.That((ranges[0].Begin, ranges[^1].End), Is.EqualTo((0L, (long)bytes.Length - 8 - length)));
        return file;
    }

    /// <summary>float32 tensors by name; any other type fails.</summary>
    public static Dictionary<string, (long[] Shape, float[] Values)> ReadFloats(string path)
    {
        SafetensorsSpecification file = Read(path);
        Assert.That(file.Tensors.Values.Select(tensor => tensor.Type), Is.All.EqualTo("F32"));
        return file.Tensors.ToDictionary(tensor => tensor.Key, tensor => (tensor.Value.Shape, file.Numbers(tensor.Key)));
    }

    /// <summary>The numbers of a tensor, last dimension fastest.</summary>
    public float[] Numbers(string name)
    {
        (string type, _, byte[] data) = Tensors[name];
        return type switch
        {
            "F32" => [.. data.Chunk(4).Select(x => BitConverter.ToSingle(x))],
            "F16" => [.. data.Chunk(2).Select(x => (float)BitConverter.ToHalf(x))],
            _ => [.. data.Chunk(2).Select(x => BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(x) << 16))],
        };
    }
}
