using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Support;

/// <summary>
/// Tensors for a test: made from and read as plain arrays, each with guard bytes behind it that <see cref="Dispose"/> checks, and filled
/// with NaN where the op must overwrite.
/// </summary>
internal sealed class TensorBox(ComputeBackend backend) : IDisposable
{
    private const int GuardElements = 16;
    private const int Guard = unchecked((int)0xFFC0DEAD);

    private readonly List<(Arena Arena, Tensor Guard)> _arenas = [];

    /// <summary>float32 [rows, columns] holding <paramref name="data"/>.</summary>
    public Tensor Of(float[] data, int rows, int columns)
    {
        Tensor tensor = Take(DType.Float32, rows, columns);
        backend.Upload<float>(tensor, data);
        return tensor;
    }

    /// <summary>The same rounded to bfloat16.</summary>
    public Tensor Bf16(float[] data, int rows, int columns)
    {
        Tensor tensor = Take(DType.BFloat16, rows, columns);
        backend.Upload<ushort>(tensor, Array.ConvertAll(data, x => (ushort)(BitConverter.SingleToUInt32Bits(RoundToBf16(x)) >> 16)));
        return tensor;
    }

    /// <summary>int32 [n, 1].</summary>
    public Tensor Ints(params int[] data)
    {
        Tensor tensor = Take(DType.Int32, data.Length, 1);
        backend.Upload<int>(tensor, data);
        return tensor;
    }

    /// <summary>float64 [rows, columns] holding <paramref name="data"/>.</summary>
    public Tensor Doubles(double[] data, int rows, int columns)
    {
        Tensor tensor = Take(DType.Float64, rows, columns);
        backend.Upload<double>(tensor, data);
        return tensor;
    }

    /// <summary>float64 [rows, columns] full of NaN.</summary>
    public Tensor PoisonedDoubles(int rows, int columns) => Doubles(Enumerable.Repeat(double.NaN, rows * columns).ToArray(), rows, columns);

    /// <summary>float32 [rows, columns] full of NaN.</summary>
    public Tensor Poisoned(int rows, int columns) => Of(Enumerable.Repeat(float.NaN, rows * columns).ToArray(), rows, columns);

    public Tensor Zeros(int rows, int columns) => Of(new float[rows * columns], rows, columns);

    /// <summary>int32 [rows, columns], content -1.</summary>
    public Tensor PoisonedInts(int rows, int columns)
    {
        Tensor tensor = Take(DType.Int32, rows, columns);
        backend.Upload<int>(tensor, Enumerable.Repeat(-1, rows * columns).ToArray());
        return tensor;
    }

    /// <summary>How to draw, for <see cref="ComputeBackend.Sample"/>.</summary>
    public Tensor Settings(params SamplingRow[] rows)
    {
        Tensor tensor = Take(DType.Int32, rows.Length, SamplingRow.Words);
        backend.UploadSampling(tensor, rows);
        return tensor;
    }

    public float[] Read(Tensor tensor)
    {
        var data = new float[tensor.Count];
        backend.Download<float>(data, tensor);
        return data;
    }

    public double[] ReadDoubles(Tensor tensor)
    {
        var data = new double[tensor.Count];
        backend.Download<double>(data, tensor);
        return data;
    }

    public int[] ReadInts(Tensor tensor)
    {
        var data = new int[tensor.Count];
        backend.Download<int>(data, tensor);
        return data;
    }

    /// <summary>An arena that lives as long as the box, for ops that need one.</summary>
    public Arena Arena(long bytes)
    {
        Arena arena = backend.CreateArena("test", bytes);
        _arenas.Add((arena, default));
        return arena;
    }

    public void Dispose()
    {
        foreach ((Arena arena, Tensor guard) in _arenas)
        {
            if (!guard.IsAbsent) Assert.That(ReadInts(guard), Is.All.EqualTo(Guard), "an op wrote behind its tensor");
            arena.Dispose();
        }
    }

    /// <summary>Nearest even on the upper 16 bits.</summary>
    public static float RoundToBf16(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return float.IsNaN(x) ? x : BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private Tensor Take(DType type, int rows, int columns)
    {
        Arena arena = backend.CreateArena("test", ((long)rows * columns * type.Size() + 127) / 64 * 64 + GuardElements * 4);
        Tensor tensor = arena.Take("tensor", type, rows, columns);
        long bytes = tensor.Bytes;
        // The guard starts right behind the last element (4-byte aligned), where an overrun shows at once.
        Tensor guard = new(tensor.Address + (nint)((bytes + 3) / 4 * 4), DType.Int32, GuardElements, 1);
        backend.Upload<int>(guard, Enumerable.Repeat(Guard, GuardElements).ToArray());
        _arenas.Add((arena, guard));
        return tensor;
    }
}
