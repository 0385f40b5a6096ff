using Spa.Engine.Compute.Cuda.CublasLt;
using Spa.Interop;
using Spa.Interop.CublasLt;
using Spa.Interop.Loading;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    // M N K from which a product is large: 0.3 us at 800 TFLOP/s. Below, a launch costs as much as the product.
    private const double LargeProduct = 1 << 27;

    private readonly CudaOptions _options;
    private CublasLtProducts? _products;
    private bool _lookedForProducts;

    /// <summary>A large product of bfloat16 matrices in cuBLASLt, unless it is not used, or cannot add what is asked for.</summary>
    private bool TryLibrary(Tensor output, Tensor a, Tensor b, int k, bool transposeA, bool transposeB, bool accumulate, Tensor bias, Tensor residual)
    {
        if ((double)output.Count * k < LargeProduct || Products() is not { } products) return false;
        if ((accumulate && !residual.IsAbsent) || Vector(8, a, b, output, bias, residual) == 0) return false;
        Tensor addend = accumulate ? output : residual;
        MatmulShape shape = new(output.Rows, output.Columns, k, transposeA, transposeB, cudaDataType_t.CUDA_R_16BF, TypeOf(output), a.Stride, b.Stride, output.Stride,
            StrideC: addend.IsAbsent ? 0 : addend.Stride, HasBias: !bias.IsAbsent, BiasType: TypeOf(bias));
        ProductOperands operands = new(Address(a), Address(b), Address(addend.IsAbsent ? output : addend), Address(output), Address(bias), addend.IsAbsent ? 0 : 1);
        try
        {
            return products.TryRun(shape, operands, _capturing);
        }
        catch (NativeCallException error)
        {
            throw new SpaException($"{_context.Device.Name}: {error.Message}; --gemm own multiplies without cuBLASLt", error);
        }
    }

    private CublasLtProducts? Products()
    {
        if (_lookedForProducts) return _products;
        _lookedForProducts = true;
        if (_options.Gemm == GemmLibrary.Own || (_options.Gemm == GemmLibrary.Auto && _emulated)) return null;
        if (_capturing) throw new InvalidOperationException("cuBLASLt is needed for the first time while a graph is captured; run the step once before");
        IEntryPoints library = _options.CublasLt ?? NativeLibraries.FindCublasLt();
        string problem = library is NativeProbeResult { IsFound: false } ? $"cuBLASLt {library.Description}" : "";
        try
        {
            if (problem.Length == 0) return _products = new CublasLtProducts(library, _context, _stream, _jit.Cache.Folder);
        }
        catch (Exception error) when (error is NativeCallException or EntryPointNotFoundException)
        {
            problem = $"cuBLASLt ({library.Description}): {error.Message}";
        }

        if (_options.Gemm == GemmLibrary.CublasLt) throw new SpaException($"--gemm cublaslt: {problem}; install it, for example by 'pip install nvidia-cublas', name it in SPA_CUBLASLT, or use --gemm own");
        _options.Notice?.Invoke($"large matrix products run on Spa's own kernels, about half as fast on the newest devices: {problem}");
        return null;
    }

    private void DisposeProducts() => _products?.Dispose();

    private static cudaDataType_t TypeOf(Tensor tensor) => Bf16(tensor) == 1 ? cudaDataType_t.CUDA_R_16BF : cudaDataType_t.CUDA_R_32F;
}
