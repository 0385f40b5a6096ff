using Spa.Engine.Compute;

namespace Spa.Benchmarks;

/// <summary>Tensors full of random values: zeros run faster than any real input.</summary>
internal static unsafe class RandomTensors
{
    /// <summary>Uniform in [-1, 1), in memory of the CPU backend. bfloat16: the upper half of such a value.</summary>
    public static Tensor TakeRandom(this Arena arena, DType type, long rows, int columns)
    {
        Tensor tensor = arena.Take("random", type, rows, columns);
        ulong state = 0x9E3779B97F4A7C15;
        for (long i = 0; i < tensor.Count; i++)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            float value = (int)(state >> 32) / 2147483648f;
            if (type == DType.BFloat16) ((ushort*)tensor.Address)[i] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
            else ((float*)tensor.Address)[i] = value;
        }
        return tensor;
    }
}
