using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

public class GgufFileTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Every_kind_of_metadata_is_read()
    {
        byte[] bytes = new GgufBytes()
            .Raw("u8", 0, 0xFE).Raw("i8", 1, 0xFE).Raw("u16", 2, 0xFE, 0xFF).Raw("i16", 3, 0xFE, 0xFF).With("u32", 4294967294).Raw("i32", 5, 0xFE, 0xFF, 0xFF, 0xFF)
            .With("f32", 1e-5f).Raw("bool", 7, 1).With("text", "grüße").Raw("u64", 10, BitConverter.GetBytes(7UL)).Raw("i64", 11, BitConverter.GetBytes(-7L)).Raw("f64", 12, BitConverter.GetBytes(0.1))
            .With("texts", ["a", "", "b"]).List("ints", 5, 2, [.. BitConverter.GetBytes(-1), .. BitConverter.GetBytes(2)]).List("longs", 4, 1, BitConverter.GetBytes(uint.MaxValue))
            .List("floats", 6, 1, BitConverter.GetBytes(2.5f)).List("doubles", 12, 1, BitConverter.GetBytes(2.5)).List("bools", 7, 2, 0, 1).List("bytes", 0, 2, 1, 255)
            .Build();
        using GgufFile file = Open(bytes);
        Assert.That(file.Metadata.Values.Take(12), Is.EqualTo(new object[] { 254L, -2L, 65534L, -2L, 4294967294L, -2L, (double)1e-5f, true, "grüße", 7L, -7L, 0.1 }));
        Assert.That(file.Metadata["texts"], Is.TypeOf<string[]>().And.EqualTo(new[] { "a", "", "b" }));
        Assert.That(file.Metadata["ints"], Is.TypeOf<int[]>().And.EqualTo(new[] { -1, 2 }));
        Assert.That(file.Metadata["longs"], Is.TypeOf<long[]>().And.EqualTo(new[] { 4294967295L }));
        Assert.That(file.Metadata["floats"], Is.TypeOf<float[]>().And.EqualTo(new[] { 2.5f }));
        Assert.That(file.Metadata["doubles"], Is.TypeOf<double[]>().And.EqualTo(new[] { 2.5 }));
        Assert.That(file.Metadata["bools"], Is.TypeOf<bool[]>().And.EqualTo(new[] { false, true }));
        Assert.That(file.Metadata["bytes"], Is.TypeOf<int[]>().And.EqualTo(new[] { 1, 255 }));
        Assert.That((file.Number("f32"), file.Number("f64"), file.Number("u8"), file.Number("none")), Is.EqualTo((1e-5, 0.1, 254.0, (double?)null)));
        Assert.That(() => file.Integer("text"), Throws.TypeOf<SpaException>().With.Message.Contains("'text' must be an integer, found 'grüße'"));
        Assert.That(() => file.Text("ints"), Throws.TypeOf<SpaException>().With.Message.Contains("a list of 2"));
    }

    [TestCase(2u, 32)]
    [TestCase(3u, 8)]
    [TestCase(3u, 256)]
    public void Tensors_are_found_at_their_alignment_with_shapes_slowest_first(uint version, int alignment)
    {
        byte[] bytes = new GgufBytes { Version = version, Alignment = alignment }
            .With("general.alignment", (uint)alignment)
            .Tensor("a", [3, 2], 1, 2, 3, 4, 5, 6)
            .Tensor("b", 1, [1], [0x00, 0xC0])
            .Tensor("c", 30, [1], [0x20, 0xC1])
            .Build();
        using GgufFile file = Open(bytes);
        Assert.That(file.Version, Is.EqualTo(version));
        Assert.That(file.Find("a").Shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(SafetensorsFileTests.Floats(file, "a"), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6 }));
        Assert.That(SafetensorsFileTests.Floats(file, "b"), Is.EqualTo(new float[] { -2 }));
        Assert.That(SafetensorsFileTests.Floats(file, "c"), Is.EqualTo(new float[] { -10 }));
    }

    [Test]
    public void A_type_that_is_not_supported_is_listed_and_refused_by_name_when_read()
    {
        using GgufFile file = Open(new GgufBytes().Tensor("x", 19, [256], new byte[50]).Build());
        Assert.That(file.Find("x").Type, Is.EqualTo(StoredType.IQ1_S));
        Assert.That(() => SafetensorsFileTests.Floats(file, "x"), Throws.TypeOf<SpaException>().With.Message.Contains("stored as IQ1_S, which is not supported"));
    }

    [Test]
    public void A_claimed_list_of_two_to_the_60_strings_costs_nothing()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(new GgufBytes().List("x", 8, 1L << 60).Build(), "claims 1,152,921,504,606,846,976 entries");
        Refused(new GgufBytes().Build(tensorCount: 1UL << 60), "is truncated");
        Refused(new GgufBytes().Build(entryCount: ulong.MaxValue), "is truncated");
        Refused(new GgufBytes().Raw("x", 8, BitConverter.GetBytes(1UL << 62)).Build(), "is truncated");
        // Test framework and messages: well below what any of the claims would have taken.
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000_000));
    }

    [Test]
    public void Headers_that_are_not_valid_are_refused()
    {
        Refused("GGML\0\0\0\0\0\0\0\0"u8.ToArray(), "not a GGUF file");
        Refused(new GgufBytes { Version = 1 }.Build(), "version 1");
        Refused(new GgufBytes { Version = 0x0300_0000 }.Build(), "big-endian");
        Refused(new GgufBytes().With("a", 1u).With("a", 1u).Build(), "'a' occurs twice");
        Refused(new GgufBytes().Raw("a", 13).Build(), "unknown type 13");
        Refused(new GgufBytes().List("a", 9, 1, new byte[64]).Build(), "list of lists");
        Refused(new GgufBytes().Raw("a", 8, [1, 0, 0, 0, 0, 0, 0, 0, 0xFF]).Build(), "not UTF-8");
        Refused(new GgufBytes().Raw("a", 10, BitConverter.GetBytes(ulong.MaxValue)).Build(), "too large");
        Refused(new GgufBytes().With("general.alignment", 24u).Build(), "a power of two");
        Refused(new GgufBytes().With("general.alignment", "x").Build(), "a power of two");
        Refused(new GgufBytes().Raw("split.count", 2, 3, 0).Build(), "one part of 3");
    }

    [Test]
    public void Tensor_tables_that_do_not_fit_the_file_are_refused()
    {
        Refused(new GgufBytes().TensorAt("x", 0, [1L << 31, 1L << 31], 0).Build(), "is too large");
        Refused(new GgufBytes().TensorAt("x", 0, [long.MinValue], 0).Build(), "has the size");
        Refused(new GgufBytes().TensorAt("x", 0, [1L << 40], 0).Build(), "is truncated");
        Refused(new GgufBytes().TensorAt("x", 0, [1], (1UL << 63) - 32).Build(), "is truncated");
        Refused(new GgufBytes().TensorAt("x", 0, [1], ulong.MaxValue - 31).Build(), "starts at");
        Refused(new GgufBytes().TensorAt("x", 0, [1], 4).Build(), "not at a multiple of 32");
        Refused(new GgufBytes().TensorAt("x", 3, [33], 0).Build(), "not whole blocks of Q4_1");
        Refused(new GgufBytes().TensorAt("x", 4, [32], 0).Build(), "unknown type 4");
        Refused(new GgufBytes().TensorAt("x", 0, [], 0).Tensor("y", [8], new float[8]).Build(), "0 dimensions");
        Refused(new GgufBytes().TensorAt("x", 0, [1, 1, 1, 1, 1], 0).Build(), "5 dimensions");
        Refused(new GgufBytes().Tensor("x", [1], 1).Tensor("x", [1], 1).Build(), "'x' occurs twice");
        Refused(new GgufBytes().Tensor("x", [16], new float[16]).TensorAt("y", 0, [1], 32).Build(), "'x' and 'y' overlap");
    }

    [Test]
    public void A_file_cut_at_any_byte_is_refused() => HostileInput.RefusedAtEveryLength(Small(), _folder["x"], ReadAll);

    [Test]
    public void Damage_never_escapes_as_another_exception() => HostileInput.SurvivesDamage(Small(), _folder["x"], ReadAll);

    private static byte[] Small() => new GgufBytes()
        .With("general.architecture", "llama").With("t", ["a", "bc"]).List("n", 5, 1, 1, 0, 0, 0)
        .Tensor("a", 3, [32, 2], new byte[40]).Tensor("b", [3], 1, 2, 3).Build();

    private static void ReadAll(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        foreach (StoredTensor tensor in file.Tensors.Values)
        {
            if (tensor.Type.IsReadable()) SafetensorsFileTests.Floats(file, tensor.Name);
            else if (tensor.Type.IsInteger()) file.ReadInt64(tensor.Name, new long[tensor.Count]);
        }
    }

    private GgufFile Open(byte[] bytes)
    {
        File.WriteAllBytes(_folder["x"], bytes);
        return GgufFile.Open(_folder["x"]);
    }

    private void Refused(byte[] bytes, string message)
    {
        File.WriteAllBytes(_folder["x"], bytes);
        Assert.That(() => GgufFile.Open(_folder["x"]), Throws.TypeOf<SpaException>().With.Message.Contains(message).And.Message.Not.Contains("\n"));
    }
}
