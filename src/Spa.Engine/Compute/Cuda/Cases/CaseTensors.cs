using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>The tensors of a case: made on the device, with the same numbers everywhere, and freed together.</summary>
/// <param name="backend">Where they live.</param>
public sealed class CaseTensors(CudaBackend backend) : IDisposable
{
    private readonly List<Arena> _arenas = [];
    // Seeded: the algorithm is fixed by the runtime's compatibility rules, so counts that follow the data stay the same.
    private readonly Random _random = new(1);

    public CudaBackend Backend => backend;

    /// <summary>[rows, columns] of about normal numbers, float32 or bfloat16. Sums of four uniform ones: exact, so the same bits on every machine.</summary>
    public Tensor Normal(DType type, int rows, int columns, float scale = 1)
    {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++) values[i] = (_random.NextSingle() + _random.NextSingle() + _random.NextSingle() + _random.NextSingle() - 2) * 1.732f * scale;
        return Of(type, values, rows, columns);
    }

    /// <summary>[rows, columns] of one number, float32 or bfloat16.</summary>
    public Tensor Filled(DType type, int rows, int columns, float value = 0)
    {
        float[] values = new float[rows * columns];
        values.AsSpan().Fill(value);
        return Of(type, values, rows, columns);
    }

    /// <summary>int32 [n, 1].</summary>
    public Tensor Ints(params ReadOnlySpan<int> values)
    {
        Tensor tensor = Take(DType.Int32, values.Length, 1);
        backend.Upload(tensor, values);
        return tensor;
    }

    /// <summary>int32 [count, 1], each drawn from [0, below).</summary>
    public Tensor Ids(int count, int below)
    {
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) ids[i] = _random.Next(below);
        return Ints(ids);
    }

    /// <summary>float64 [rows, columns], 0.</summary>
    public Tensor Doubles(int rows, int columns)
    {
        Tensor tensor = Take(DType.Float64, rows, columns);
        backend.Upload<double>(tensor, new double[rows * columns]);
        return tensor;
    }

    /// <summary>The address of bytes that are whatever they are: every pattern is a value of the quantised types but for scales, which are 1 (half precision) each.</summary>
    /// <param name="blocks">Blocks.</param>
    /// <param name="blockBytes">Bytes of one.</param>
    /// <param name="scales">Half-precision numbers at the start of each.</param>
    public nint Blocks(int blocks, int blockBytes, int scales)
    {
        byte[] bytes = new byte[(blocks * blockBytes + 3) / 4 * 4];
        _random.NextBytes(bytes);
        for (int block = 0; block < blocks; block++)
        {
            for (int scale = 0; scale < scales; scale++) (bytes[block * blockBytes + 2 * scale], bytes[block * blockBytes + 2 * scale + 1]) = (0x00, 0x3C);
        }

        return Ints(MemoryMarshal.Cast<byte, int>(bytes)).Address;
    }

    /// <summary>An arena that lives as long as these tensors.</summary>
    public Arena Arena(Action<Arena> layout)
    {
        Arena arena = backend.CreateArena("case", Compute.Arena.Measure(layout));
        _arenas.Add(arena);
        return arena;
    }

    public void Dispose()
    {
        foreach (Arena arena in _arenas) arena.Dispose();
        _arenas.Clear();
    }

    private Tensor Of(DType type, float[] values, int rows, int columns)
    {
        Tensor tensor = Take(type, rows, columns);
        if (type == DType.Float32)
        {
            backend.Upload<float>(tensor, values);
            return tensor;
        }

        ushort[] narrow = new ushort[values.Length];
        Bf16.Narrow(values, narrow);
        backend.Upload<ushort>(tensor, narrow);
        return tensor;
    }

    private Tensor Take(DType type, int rows, int columns)
    {
        Arena arena = backend.CreateArena("case", (long)rows * columns * type.Size());
        _arenas.Add(arena);
        return arena.Take("tensor", type, rows, columns);
    }
}
