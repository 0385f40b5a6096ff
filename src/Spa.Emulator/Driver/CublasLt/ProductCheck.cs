using Spa.Interop.CublasLt;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver.CublasLt;

/// <summary>Which products cuBLASLt takes, and which of them are emulated.</summary>
internal static class ProductCheck
{
    /// <exception cref="DriverErrorException">Shapes that do not fit (invalid value), or types and settings that are not emulated (not supported).</exception>
    public static void ThrowIfInvalid(ProductSettings settings, in MatrixLayout a, in MatrixLayout b, in MatrixLayout c, in MatrixLayout d)
    {
        foreach (MatrixLayout each in (ReadOnlySpan<MatrixLayout>)[a, b, c, d])
        {
            if (!each.IsSupported) throw Unsupported($"element type {each.Type} is not emulated");
            if (!each.IsValid) throw Invalid($"expected positive sizes and a leading dimension of at least a line, found {each.Rows} x {each.Columns}, leading dimension {each.Lead}");
            if (each.Batch != d.Batch) throw Invalid($"expected {d.Batch} matrices in each operand, found {each.Batch}");
        }

        bool isFloat32 = settings.Scale == cudaDataType_t.CUDA_R_32F && settings.Compute is cublasComputeType_t.CUBLAS_COMPUTE_32F or cublasComputeType_t.CUBLAS_COMPUTE_32F_PEDANTIC
            or cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_16F or cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_16BF or cublasComputeType_t.CUBLAS_COMPUTE_32F_FAST_TF32;
        if (!isFloat32) throw Unsupported($"expected float32 sums and scalars, found {settings.Compute} and {settings.Scale}");
        if (a.Type != b.Type || c.Type != d.Type || d.Type != a.Type && d.Type != cudaDataType_t.CUDA_R_32F) throw Unsupported($"{a.Type} x {b.Type} + {c.Type} -> {d.Type} is not possible");
        if (!ProductWork.IsSupported(settings.Epilogue)) throw Unsupported($"{settings.Epilogue} is not emulated");
        if (!settings.AreScalarsOnHost || settings.TransposeC != cublasOperation_t.CUBLAS_OP_N) throw Unsupported("alpha and beta in device memory and a transposed C are not emulated");
        (long m, long ka) = Shape(a, settings.TransposeA);
        (long kb, long n) = Shape(b, settings.TransposeB);
        if (ka != kb || (m, n) != (d.Rows, d.Columns) || (m, n) != (c.Rows, c.Columns))
            throw Invalid($"shapes do not fit: ({m} x {ka}) ({kb} x {n}) + ({c.Rows} x {c.Columns}) -> ({d.Rows} x {d.Columns})");
    }

    private static (long Rows, long Columns) Shape(in MatrixLayout layout, cublasOperation_t operation) =>
        operation == cublasOperation_t.CUBLAS_OP_N ? (layout.Rows, layout.Columns) : (layout.Columns, layout.Rows);

    private static DriverErrorException Invalid(string message) => new(CUresult.CUDA_ERROR_INVALID_VALUE, message);

    private static DriverErrorException Unsupported(string message) => new(CUresult.CUDA_ERROR_NOT_SUPPORTED, message);
}
