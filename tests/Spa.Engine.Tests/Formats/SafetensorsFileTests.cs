using System.Text;
using Spa.Engine.Compute;
using Spa.Engine.Formats;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Formats;

public class SafetensorsFileTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Tensors_metadata_and_values_are_read()
    {
        byte[] bytes = SafetensorsBytes.Build(
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"I64","shape":[1],"data_offsets":[16,24]}}  """,
            [.. SafetensorsBytes.Floats(1, -2, 3.5f, float.NaN), .. BitConverter.GetBytes(-7L)]);
        using SafetensorsFile file = Open(bytes);
        Assert.That(file.Metadata["format"], Is.EqualTo("pt"));
        Assert.That(file.Tensors.Keys, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(file.Tensors["a"].Shape, Is.EqualTo(new long[] { 2, 2 }));
        Assert.That(Floats(file, "a"), Is.EqualTo(new[] { 1, -2, 3.5f, float.NaN }));
        long[] integers = new long[1];
        file.ReadInt64("b", integers);
        Assert.That(integers, Is.EqualTo(new[] { -7L }));
    }

    [TestCase("F16", new byte[] { 0x00, 0x3C, 0x01, 0x00 }, new[] { 1f, 5.9604645e-8f })]
    [TestCase("BF16", new byte[] { 0x80, 0x3F, 0x20, 0xC1 }, new[] { 1f, -10f })]
    [TestCase("F64", new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0 }, new[] { 1.5f, -2f })]
    public void Narrow_and_wide_floats_become_float32(string type, byte[] data, float[] expected)
    {
        using SafetensorsFile file = Open(SafetensorsBytes.Build($$"""{"x":{"dtype":"{{type}}","shape":[2],"data_offsets":[0,{{data.Length}}]} }""", data));
        Assert.That(Floats(file, "x"), Is.EqualTo(expected));
    }

    [TestCase("I32", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF }, -2)]
    [TestCase("I16", new byte[] { 0xFE, 0xFF }, -2)]
    [TestCase("I8", new byte[] { 0xFE }, -2)]
    [TestCase("U32", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF }, 4294967294)]
    [TestCase("U16", new byte[] { 0xFE, 0xFF }, 65534)]
    [TestCase("U8", new byte[] { 0xFE }, 254)]
    [TestCase("BOOL", new byte[] { 1 }, 1)]
    public void Integers_of_every_width_are_read(string type, byte[] data, long expected)
    {
        using SafetensorsFile file = Open(SafetensorsBytes.Build($$"""{"x":{"dtype":"{{type}}","shape":[],"data_offsets":[0,{{data.Length}}]} }""", data));
        long[] values = new long[1];
        file.ReadInt64("x", values);
        Assert.That(values[0], Is.EqualTo(expected));
        Assert.That(() => Floats(file, "x"), Throws.TypeOf<SpaException>().With.Message.Contains($"stored as {file.Tensors["x"].Type}"));
    }

    [Test]
    public void Ranges_of_rows_are_the_rows_of_the_whole()
    {
        float[] values = [.. Enumerable.Range(0, 35).Select(x => (float)x)];
        using SafetensorsFile file = Open(SafetensorsBytes.Build("""{"x":{"dtype":"F32","shape":[7,5],"data_offsets":[0,140]}}""", SafetensorsBytes.Floats(values)));
        float[] rows = new float[15];
        file.ReadRows("x", 3, 3, rows);
        Assert.That(rows, Is.EqualTo(values[15..30]));
        ushort[] narrow = new ushort[15];
        file.ReadRows("x", 3, 3, narrow);
        Assert.That(narrow, Is.EqualTo(rows.Select(Bf16.FromSingle)));
        Assert.That(file.TryGetRawRows("x", 6, 1, out ReadOnlySpan<byte> raw));
        Assert.That(raw.ToArray(), Is.EqualTo(SafetensorsBytes.Floats(values[30..])));
        Assert.That(() => file.ReadRows("x", 6, 2, new float[10]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => file.ReadRows("x", 0, 2, new float[9]), Throws.ArgumentException);
    }

    [Test]
    public void Bfloat16_is_copied_and_not_rounded_again()
    {
        // A signalling NaN shows a conversion: it would become quiet.
        using SafetensorsFile file = Open(SafetensorsBytes.Build("""{"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}""", 0x81, 0x7F, 0x80, 0x3F));
        ushort[] values = new ushort[2];
        file.ReadRows("x", 0, 1, values);
        Assert.That(values, Is.EqualTo(new ushort[] { 0x7F81, 0x3F80 }));
    }

    [Test]
    public void A_missing_tensor_is_named()
    {
        using SafetensorsFile file = Open(SafetensorsBytes.One("F32", "[1]", "[0,4]", 4));
        Assert.That(() => file.Find("model.norm.weight"), Throws.TypeOf<SpaException>().With.Message.Contains("no tensor 'model.norm.weight'"));
    }

    [Test]
    public void Nothing_is_read_after_dispose()
    {
        SafetensorsFile file = Open(SafetensorsBytes.One("F32", "[1]", "[0,4]", 4));
        file.Dispose();
        Assert.That(() => Floats(file, "x"), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Empty_tensors_and_files_without_tensors_are_valid()
    {
        using (SafetensorsFile file = Open(SafetensorsBytes.One("F32", "[0,3]", "[0,0]", 0))) Assert.That(Floats(file, "x"), Is.Empty);
        using (SafetensorsFile file = Open(SafetensorsBytes.Build("{}"))) Assert.That(file.Tensors, Is.Empty);
    }

    [TestCase("F32", "[2]", "[0,4]", 4, "needs 8 bytes")]
    [TestCase("F32", "[1]", "[4,0]", 4, "do not hold as many")]
    [TestCase("F32", "[1]", "[1,5]", 5, "leaves a gap")]
    [TestCase("F32", "[1]", "[0,4]", 5, "1 bytes follow the last tensor")]
    [TestCase("F32", "[4]", "[0,16]", 12, "is truncated")]
    [TestCase("F32", "[1]", "[0,4,8]", 4, "two 'data_offsets'")]
    [TestCase("F32", "[1]", "[9223372036854775804,9223372036854775807]", 4, "do not hold as many")]
    [TestCase("F32", "[-1]", "[0,4]", 4, "something else than sizes")]
    [TestCase("F32", "[1.5]", "[0,4]", 4, "something else than sizes")]
    [TestCase("F32", "[4294967296,4294967296]", "[0,0]", 0, "too large")]
    [TestCase("F32", "[9223372036854775807]", "[0,4]", 4, "too large")]
    [TestCase("F32", "[0,9223372036854775807,9223372036854775807]", "[0,0]", 0, "too large")]
    [TestCase("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]", 4, "more than 8")]
    [TestCase("F32", "{}", "[0,4]", 4, "not a list")]
    [TestCase("F31", "[1]", "[0,4]", 4, "unknown dtype 'F31'")]
    public void A_tensor_that_does_not_fit_is_refused(string type, string shape, string offsets, int dataBytes, string message) =>
        Refused(SafetensorsBytes.One(type, shape, offsets, dataBytes), message);

    [Test]
    public void Overlapping_tensors_are_refused() => Refused(
        SafetensorsBytes.Build("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", new byte[6]), "'b' overlaps");

    [TestCase("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "occurs twice")]
    [TestCase("""{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "'dtype' twice")]
    [TestCase("""{"a":{"dtype":"U8"}}""", "needs 'dtype', 'shape'")]
    [TestCase("""{"a":3}""", "is not an object")]
    [TestCase("""{"__metadata__":{"a":1}}""", "is not a string")]
    [TestCase("""[]""", "is not an object")]
    [TestCase("""{} x""", "not valid JSON")]
    [TestCase("""{"a":""", "not valid JSON")]
    [TestCase("""{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "not valid JSON")]
    [TestCase("", "not valid JSON")]
    public void A_header_that_is_not_one_is_refused(string header, string message) => Refused(SafetensorsBytes.Build(header), message);

    [Test]
    public void A_deeply_nested_header_is_refused() => Refused(SafetensorsBytes.Build("{\"a\":{\"z\":" + new string('[', 100_000)), "not valid JSON");

    [Test]
    public void Bad_utf8_in_a_name_is_refused() =>
        Refused(SafetensorsBytes.Build(Encoding.Latin1.GetBytes("{\"\xFF\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"), []), "not valid JSON");

    [TestCase(ulong.MaxValue, "not a safetensors file")]
    [TestCase(1UL << 40, "not a safetensors file")]
    [TestCase(1000UL, "is truncated")]
    public void A_header_length_beyond_the_file_is_refused(ulong length, string message) => Refused([.. BitConverter.GetBytes(length), 0x7B, 0x7D], message);

    [Test]
    public void An_empty_file_and_a_missing_one_are_one_line()
    {
        Refused([], "is empty");
        Assert.That(() => SafetensorsFile.Open(_folder["none"]), Throws.TypeOf<SpaException>().With.Message.Contains("does not exist"));
        Assert.That(() => SafetensorsFile.Open(_folder.Path), Throws.TypeOf<SpaException>().With.Message.Contains("cannot read"));
    }

    [Test]
    public void A_file_cut_at_any_byte_is_refused() => HostileInput.RefusedAtEveryLength(Small(), _folder["x"], ReadAll);

    [Test]
    public void Damage_never_escapes_as_another_exception() => HostileInput.SurvivesDamage(Small(), _folder["x"], ReadAll);

    [Test]
    public void The_golden_of_a_real_checkpoint_is_read()
    {
        using SafetensorsFile golden = SafetensorsFile.Open(Fixtures.Require("fixtures/models/llama/golden.safetensors"));
        long[] starts = new long[5];
        golden.ReadInt64("cu_seqlens", starts);
        Assert.That(starts[0], Is.Zero);
        Assert.That(starts[4], Is.EqualTo(golden.Find("input_ids").Count));
        Assert.That(golden.Find("logits").Rows, Is.EqualTo(starts[4]));
    }

    internal static float[] Floats(TensorSource source, string name)
    {
        float[] values = new float[source.Find(name).Count];
        source.ReadFloat32(name, values);
        return values;
    }

    private static byte[] Small() => SafetensorsBytes.Build(
        """{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]}}""", new byte[14]);

    private static void ReadAll(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach (StoredTensor tensor in file.Tensors.Values)
        {
            if (tensor.Type.IsReadable()) Floats(file, tensor.Name);
            else if (tensor.Type.IsInteger()) file.ReadInt64(tensor.Name, new long[tensor.Count]);
        }
    }

    private SafetensorsFile Open(byte[] bytes)
    {
        File.WriteAllBytes(_folder["x"], bytes);
        return SafetensorsFile.Open(_folder["x"]);
    }

    private void Refused(byte[] bytes, string message)
    {
        File.WriteAllBytes(_folder["x"], bytes);
        Assert.That(() => SafetensorsFile.Open(_folder["x"]), Throws.TypeOf<SpaException>().With.Message.Contains(message).And.Message.Not.Contains("\n"));
    }
}
