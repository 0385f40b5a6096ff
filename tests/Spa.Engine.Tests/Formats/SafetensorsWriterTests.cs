using System.Text;
using Spa.Engine.Compute;
using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

public class SafetensorsWriterTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void The_bytes_are_those_of_the_format()
    {
        SafetensorsWriter.Write(_folder["x"], [TensorContent.FromArray("a", StoredType.F32, [1, 2], [1, 2]), TensorContent.FromArray("b", StoredType.BF16, [1], [3])]);
        byte[] expected = SafetensorsBytes.Build(
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]}}  """,
            [.. SafetensorsBytes.Floats(1, 2), 0x40, 0x40]);
        Assert.That(Encoding.Latin1.GetString(File.ReadAllBytes(_folder["x"])), Is.EqualTo(Encoding.Latin1.GetString(expected)));
    }

    [Test]
    public void What_is_written_is_read_again_bit_for_bit()
    {
        Gen<(int Rows, int Columns, uint Seed)> cases = Gen.Select(Gen.Int[0, 9], Gen.Int[1, 40], Gen.UInt);
        cases.Array[1, 6].Sample(
            tensors =>
            {
                var values = tensors.Select(x => Noise(x.Rows * x.Columns, x.Seed)).ToArray();
                SafetensorsWriter.Write(_folder["x"], [.. tensors.Select((x, i) => TensorContent.FromArray($"t.{i} ü\"", i % 2 == 0 ? StoredType.BF16 : StoredType.F32, [x.Rows, x.Columns], values[i]))]);
                using SafetensorsFile file = SafetensorsFile.Open(_folder["x"]);
                for (int i = 0; i < tensors.Length; i++)
                {
                    IEnumerable<float> expected = i % 2 == 0 ? values[i].Select(x => Bf16.ToSingle(Bf16.FromSingle(x))) : values[i];
                    Assert.That(SafetensorsFileTests.Floats(file, $"t.{i} ü\"").Select(BitConverter.SingleToInt32Bits), Is.EqualTo(expected.Select(BitConverter.SingleToInt32Bits)));
                    Assert.That(file.Find($"t.{i} ü\"").Shape, Is.EqualTo(new long[] { tensors[i].Rows, tensors[i].Columns }));
                }
            },
            iter: 100,
            threads: 1);
    }

    [Test]
    public void Tensors_longer_than_the_buffer_are_streamed()
    {
        float[] values = Noise(3_000_000, 1);
        SafetensorsWriter.Write(_folder["f32"], [TensorContent.FromArray("x", StoredType.F32, [3, 1_000_000], values)]);
        using SafetensorsFile file = SafetensorsFile.Open(_folder["f32"]);
        Assert.That(SafetensorsFileTests.Floats(file, "x").AsSpan().SequenceEqual(values));

        SafetensorsWriter.Write(_folder["bf16"], [TensorContent.FromSource(file, "x", StoredType.BF16)]);
        using SafetensorsFile narrow = SafetensorsFile.Open(_folder["bf16"]);
        ushort[] expected = new ushort[values.Length], found = new ushort[values.Length];
        Bf16.Narrow(values, expected);
        narrow.ReadRows("x", 0, 3, found);
        Assert.That(found.AsSpan().SequenceEqual(expected));
    }

    [Test]
    public void A_tensor_of_an_arena_is_written_as_it_lies()
    {
        ushort[] values = [1, 2, 3, 4, 5, 6];
        unsafe
        {
            fixed (ushort* address = values)
                SafetensorsWriter.Write(_folder["x"], [TensorContent.FromTensor("x", new Tensor((nint)address, DType.BFloat16, 2, 3), [2, 3])]);
        }
        using SafetensorsFile file = SafetensorsFile.Open(_folder["x"]);
        ushort[] found = new ushort[6];
        file.ReadRows("x", 0, 2, found);
        Assert.That(found, Is.EqualTo(values));
    }

    [Test]
    public void Numbers_lie_at_multiples_of_their_size_whatever_the_order()
    {
        SafetensorsWriter.Write(_folder["x"], [TensorContent.FromArray("odd", StoredType.BF16, [3], [1, 2, 3]), TensorContent.FromArray("wide", StoredType.F32, [1], [4])]);
        using SafetensorsFile file = SafetensorsFile.Open(_folder["x"]);
        Assert.That(file.Tensors.Keys, Is.EqualTo(new[] { "wide", "odd" }));
        Assert.That(file.Find("wide").Offset % 4, Is.Zero);
        Assert.That(SafetensorsFileTests.Floats(file, "odd"), Is.EqualTo(new float[] { 1, 2, 3 }));
    }

    [Test]
    public void Shards_stay_below_the_limit_and_read_as_one()
    {
        TensorContent[] tensors = [.. Enumerable.Range(0, 5).Select(i => TensorContent.FromArray($"t{i}", StoredType.F32, [i == 1 ? 100 : 10], Noise(i == 1 ? 100 : 10, (uint)i)))];
        IReadOnlyList<string> names = SafetensorsWriter.WriteSharded(_folder.Path, tensors, maxShardBytes: 100);
        Assert.That(names, Is.EqualTo(new[] { "model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors", "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors", "model.safetensors.index.json" }));
        Assert.That(_folder.Entries(), Is.EqualTo(names));
        using SafetensorsShards shards = SafetensorsShards.Open(_folder["model.safetensors.index.json"]);
        for (int i = 0; i < 5; i++) Assert.That(SafetensorsFileTests.Floats(shards, $"t{i}"), Is.EqualTo(Noise(i == 1 ? 100 : 10, (uint)i)));
    }

    [Test]
    public void What_does_not_fit_on_the_disk_is_refused_before_a_byte_is_written()
    {
        TensorContent huge = TensorContent.FromFloats("x", StoredType.F32, [1 << 25, 1 << 25], (_, _) => Assert.Fail("the tensor was asked for"));
        Assert.That(() => SafetensorsWriter.Write(_folder["x"], [huge]), Throws.TypeOf<SpaException>().With.Message.Contains("GB are needed"));
        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void A_disk_that_fills_up_meanwhile_is_one_line_and_leaves_nothing()
    {
        TensorContent failing = TensorContent.FromFloats("x", StoredType.F32, [10], (_, _) => throw new IOException("No space left on device", 28));
        Assert.That(() => SafetensorsWriter.Write(_folder["x"], [failing]), Throws.TypeOf<SpaException>().With.Message.Contains("the disk is full"));
        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void Two_tensors_of_one_name_are_refused() =>
        Assert.That(() => SafetensorsWriter.Write(_folder["x"], [TensorContent.FromArray("a", StoredType.F32, [1], [1]), TensorContent.FromArray("a", StoredType.F32, [1], [1])]), Throws.ArgumentException);

    private static float[] Noise(int count, uint seed)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = Philox.Uniform(Philox.Next(seed, (uint)i, 0, 0, 0).X) - 0.5f;
        return values;
    }
}
