using System.Text.Json.Nodes;

namespace Spa.Engine.Tests.Formats;

/// <summary>
/// A safetensors file read as its description says, with nothing of the engine: eight bytes of length, a JSON header, then the data, which offsets count from and which has no holes.
/// </summary>
internal static class SafetensorsSpecification
{
    /// <summary>float32 tensors by name; any other type fails.</summary>
    public static Dictionary<string, (long[] Shape, float[] Values)> ReadFloats(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int header = checked((int)BitConverter.ToUInt64(bytes));
        Assert.That(bytes[8], Is.EqualTo((byte)'{'), "the header begins with a brace");
        JsonObject json = JsonNode.Parse(bytes.AsSpan(8, header))!.AsObject();
        var tensors = new Dictionary<string, (long[], float[])>();
        var spans = new SortedDictionary<long, long>();
        foreach ((string name, JsonNode? entry) in json)
        {
            if (name == "__metadata__")
            {
                foreach ((string key, JsonNode? value) in entry!.AsObject()) Assert.That(value!.GetValueKind(), Is.EqualTo(System.Text.Json.JsonValueKind.String), key);
                continue;
            }
            Assert.That(entry!["dtype"]!.GetValue<string>(), Is.EqualTo("F32"), name);
            long[] shape = [.. entry["shape"]!.AsArray().Select(size => size!.GetValue<long>())];
            long[] offsets = [.. entry["data_offsets"]!.AsArray().Select(at => at!.GetValue<long>())];
            Assert.That(offsets[1] - offsets[0], Is.EqualTo(4 * shape.Aggregate(1L, (product, size) => product * size)), name);
            spans.Add(offsets[0], offsets[1]);
            tensors.Add(name, (shape, [.. Enumerable.Range(0, (int)(offsets[1] - offsets[0]) / 4).Select(i => BitConverter.ToSingle(bytes, 8 + header + (int)offsets[0] + 4 * i))]));
        }
        long end = 0;
        foreach ((long start, long stop) in spans) (_, end) = (start, start == end ? stop : throw new AssertionException($"a hole in the data at byte {end}"));
        Assert.That(8 + header + end, Is.EqualTo(bytes.Length), "the data ends with the file");
        return tensors;
    }
}
