using System.Runtime.InteropServices;
using Spa.Interop.CublasLt;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver.CublasLt;

internal static unsafe partial class CublasLtEntryPoints
{
    /// <summary>First word of the only algorithm's 64 bytes.</summary>
    private const ulong Algorithm = 0x0000_0001_0041_5053;

    /// <summary>Proposes the one algorithm, without a workspace, where the product is emulated.</summary>
    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t description, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
        cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d, cublasLtMatmulPreference_t preference, int requested, cublasLtMatmulHeuristicResult_t* results, int* found) =>
        Status(EntryPoints.On<LibraryHandle>(nameof(cublasLtMatmulAlgoGetHeuristic), handle.Value, "cuBLASLt handle", _ =>
        {
            if (results is null || found is null || requested < 1) throw Invalid("expected room for at least one result");
            *found = 0;
            Get<PreferenceSettings>(preference.Value);
            ProductCheck.ThrowIfInvalid(Get<ProductSettings>(description.Value), Layout(a), Layout(b), Layout(c), Layout(d));
            *results = new cublasLtMatmulHeuristicResult_t { state = cublasStatus_t.CUBLAS_STATUS_SUCCESS, wavesCount = 1 };
            results->algo[0] = Algorithm;
            *found = 1;
        }));

    /// <summary>Nothing is split or swizzled: every attribute but the identifier is 0.</summary>
    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(cublasLtMatmulAlgo_t* algorithm, cublasLtMatmulAlgoConfigAttributes_t attribute, void* value, nuint bytes, nuint* written) =>
        Status(EntryPoints.Free(nameof(cublasLtMatmulAlgoConfigGetAttribute), () =>
        {
            if (algorithm is null || (*algorithm)[0] != Algorithm) throw Invalid("the algorithm is not one of the emulator's");
            if (value is null || bytes < sizeof(int) || !Enum.IsDefined(attribute)) throw Invalid($"attribute {(int)attribute} is not known or has another size");
            *(int*)value = attribute == cublasLtMatmulAlgoConfigAttributes_t.CUBLASLT_ALGO_CONFIG_SPLITK_NUM ? 1 : 0;
            if (written is not null) *written = sizeof(int);
        }));

    [UnmanagedCallersOnly]
    private static cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t description, void* alpha, void* a, cublasLtMatrixLayout_t layoutA, void* b,
        cublasLtMatrixLayout_t layoutB, void* beta, void* c, cublasLtMatrixLayout_t layoutC, void* d, cublasLtMatrixLayout_t layoutD, cublasLtMatmulAlgo_t* algorithm, void* workspace,
        nuint workspaceBytes, CUstream stream) => Status(EntryPoints.OnStream(nameof(cublasLtMatmul), stream, target =>
    {
        if (!HandleTable.TryGet(handle.Value, out LibraryHandle? library)) throw Invalid(HandleTable.Describe(handle.Value, "cuBLASLt handle"));
        if (library.Context != target.Context) throw Invalid("the stream is of another device than the cuBLASLt handle");
        if (algorithm is not null && (*algorithm)[0] != Algorithm) throw Invalid("the algorithm is not one of the emulator's");
        if (alpha is null || beta is null) throw Invalid("expected the addresses of alpha and beta, found a null pointer");
        ProductSettings settings = Get<ProductSettings>(description.Value);
        MatrixLayout matrixA = Layout(layoutA), matrixB = Layout(layoutB), matrixC = Layout(layoutC), matrixD = Layout(layoutD);
        ProductCheck.ThrowIfInvalid(settings, matrixA, matrixB, matrixC, matrixD);
        target.Submit(new ProductWork
        {
            A = new ProductWork.Operand((ulong)a, matrixA, settings.TransposeA != cublasOperation_t.CUBLAS_OP_N),
            B = new ProductWork.Operand((ulong)b, matrixB, settings.TransposeB != cublasOperation_t.CUBLAS_OP_N),
            C = new ProductWork.Operand((ulong)c, matrixC, false),
            D = new ProductWork.Operand((ulong)d, matrixD, false),
            Alpha = *(float*)alpha,
            Beta = *(float*)beta,
            Epilogue = settings.Epilogue,
            Bias = settings.Bias,
            BiasType = settings.BiasType ?? matrixD.Type,
        });
    }));

    private static MatrixLayout Layout(cublasLtMatrixLayout_t handle) => Get<LayoutSettings>(handle.Value).Layout;

    private static T Get<T>(nint handle)
        where T : class
        => HandleTable.TryGet(handle, out T? target) ? target : throw Invalid(HandleTable.Describe(handle, typeof(T).Name));

    private static cublasStatus_t Create(nint* handle, object target)
    {
        if (handle is null) return cublasStatus_t.CUBLAS_STATUS_INVALID_VALUE;
        *handle = HandleTable.Add(target);
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }

    private static cublasStatus_t Destroy<T>(nint handle)
        where T : class
    {
        if (!HandleTable.TryGet(handle, out T? _)) return cublasStatus_t.CUBLAS_STATUS_INVALID_VALUE;
        HandleTable.Remove(handle);
        return cublasStatus_t.CUBLAS_STATUS_SUCCESS;
    }

    private static cublasStatus_t Set<T>(nint handle, string attribute, Func<T, bool> set)
        where T : class
        => Status(EntryPoints.Free(attribute, () =>
        {
            if (!set(Get<T>(handle))) throw Invalid("the attribute is not emulated, or its value is impossible or has another size");
        }, needsInit: false));

    private static DriverErrorException Invalid(string message) => new(CUresult.CUDA_ERROR_INVALID_VALUE, message);

    private static cublasStatus_t Status(CUresult result) => result switch
    {
        CUresult.CUDA_SUCCESS => cublasStatus_t.CUBLAS_STATUS_SUCCESS,
        CUresult.CUDA_ERROR_INVALID_VALUE or CUresult.CUDA_ERROR_INVALID_HANDLE => cublasStatus_t.CUBLAS_STATUS_INVALID_VALUE,
        CUresult.CUDA_ERROR_NOT_INITIALIZED or CUresult.CUDA_ERROR_INVALID_CONTEXT => cublasStatus_t.CUBLAS_STATUS_NOT_INITIALIZED,
        CUresult.CUDA_ERROR_OUT_OF_MEMORY => cublasStatus_t.CUBLAS_STATUS_ALLOC_FAILED,
        CUresult.CUDA_ERROR_NOT_SUPPORTED => cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED,
        _ => cublasStatus_t.CUBLAS_STATUS_EXECUTION_FAILED,
    };
}
