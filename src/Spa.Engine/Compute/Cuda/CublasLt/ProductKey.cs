using System.Numerics;
using Spa.Interop.CublasLt;

namespace Spa.Engine.Compute.Cuda.CublasLt;

/// <summary>
/// What products share a choice of algorithm: form, types, epilogue, and sizes up to a quarter of a power of two. Batches of packed tokens have another length
/// every time; timing each would never end.
/// </summary>
internal static class ProductKey
{
    /// <summary><c>nt CUDA_R_16BF CUDA_R_16BF c 1024x4096x4096</c>.</summary>
    public static string Of(in MatmulShape shape, float beta) =>
        $"{(shape.TransposeA ? 't' : 'n')}{(shape.TransposeB ? 't' : 'n')} {shape.InputType} {shape.OutputType}{(beta == 0 ? "" : " c")}{(shape.HasBias ? $" bias {shape.BiasType}" : "")} {Round(shape.M)}x{Round(shape.N)}x{Round(shape.K)}";

    // Up, to three leading bits.
    private static long Round(long size)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)size) - 2);
        return (size + (1L << shift) - 1) >> shift << shift;
    }
}
