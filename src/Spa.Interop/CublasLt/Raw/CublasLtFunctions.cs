using Spa.Interop.Driver;
using Spa.Interop.Loading;

namespace Spa.Interop.CublasLt;

/// <summary>cuBLASLt's functions, named as in cublasLt.h. A function that the library lacks is null.</summary>
/// <param name="library">Where the functions come from.</param>
public sealed unsafe partial class CublasLtFunctions(IEntryPoints library)
{
    /// <summary>Where the functions came from.</summary>
    public IEntryPoints Library { get; } = library;

    public readonly delegate* unmanaged<cublasStatus_t, byte*> cublasLtGetStatusName = (delegate* unmanaged<cublasStatus_t, byte*>)library.Find("cublasLtGetStatusName");

    public readonly delegate* unmanaged<cublasStatus_t, byte*> cublasLtGetStatusString =
        (delegate* unmanaged<cublasStatus_t, byte*>)library.Find("cublasLtGetStatusString");

    public readonly delegate* unmanaged<nuint> cublasLtGetVersion = (delegate* unmanaged<nuint>)library.Find("cublasLtGetVersion");

    public readonly delegate* unmanaged<cublasLtHandle_t*, cublasStatus_t> cublasLtCreate =
        (delegate* unmanaged<cublasLtHandle_t*, cublasStatus_t>)library.Find("cublasLtCreate");

    public readonly delegate* unmanaged<cublasLtHandle_t, cublasStatus_t> cublasLtDestroy =
        (delegate* unmanaged<cublasLtHandle_t, cublasStatus_t>)library.Find("cublasLtDestroy");

    public readonly delegate* unmanaged<cublasLtMatmulDesc_t*, cublasComputeType_t, cudaDataType_t, cublasStatus_t> cublasLtMatmulDescCreate =
        (delegate* unmanaged<cublasLtMatmulDesc_t*, cublasComputeType_t, cudaDataType_t, cublasStatus_t>)library.Find("cublasLtMatmulDescCreate");

    public readonly delegate* unmanaged<cublasLtMatmulDesc_t, cublasStatus_t> cublasLtMatmulDescDestroy =
        (delegate* unmanaged<cublasLtMatmulDesc_t, cublasStatus_t>)library.Find("cublasLtMatmulDescDestroy");

    public readonly delegate* unmanaged<cublasLtMatmulDesc_t, cublasLtMatmulDescAttributes_t, void*, nuint, cublasStatus_t> cublasLtMatmulDescSetAttribute =
        (delegate* unmanaged<cublasLtMatmulDesc_t, cublasLtMatmulDescAttributes_t, void*, nuint, cublasStatus_t>)library.Find("cublasLtMatmulDescSetAttribute");

    public readonly delegate* unmanaged<cublasLtMatrixLayout_t*, cudaDataType_t, ulong, ulong, long, cublasStatus_t> cublasLtMatrixLayoutCreate =
        (delegate* unmanaged<cublasLtMatrixLayout_t*, cudaDataType_t, ulong, ulong, long, cublasStatus_t>)library.Find("cublasLtMatrixLayoutCreate");

    public readonly delegate* unmanaged<cublasLtMatrixLayout_t, cublasStatus_t> cublasLtMatrixLayoutDestroy =
        (delegate* unmanaged<cublasLtMatrixLayout_t, cublasStatus_t>)library.Find("cublasLtMatrixLayoutDestroy");

    public readonly delegate* unmanaged<cublasLtMatrixLayout_t, cublasLtMatrixLayoutAttribute_t, void*, nuint, cublasStatus_t> cublasLtMatrixLayoutSetAttribute =
        (delegate* unmanaged<cublasLtMatrixLayout_t, cublasLtMatrixLayoutAttribute_t, void*, nuint, cublasStatus_t>)library.Find("cublasLtMatrixLayoutSetAttribute");

    public readonly delegate* unmanaged<cublasLtMatmulPreference_t*, cublasStatus_t> cublasLtMatmulPreferenceCreate =
        (delegate* unmanaged<cublasLtMatmulPreference_t*, cublasStatus_t>)library.Find("cublasLtMatmulPreferenceCreate");

    public readonly delegate* unmanaged<cublasLtMatmulPreference_t, cublasStatus_t> cublasLtMatmulPreferenceDestroy =
        (delegate* unmanaged<cublasLtMatmulPreference_t, cublasStatus_t>)library.Find("cublasLtMatmulPreferenceDestroy");

    public readonly delegate* unmanaged<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t, void*, nuint, cublasStatus_t> cublasLtMatmulPreferenceSetAttribute =
        (delegate* unmanaged<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t, void*, nuint, cublasStatus_t>)library.Find("cublasLtMatmulPreferenceSetAttribute");

    public readonly delegate* unmanaged<cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatmulPreference_t, int, cublasLtMatmulHeuristicResult_t*, int*, cublasStatus_t> cublasLtMatmulAlgoGetHeuristic =
        (delegate* unmanaged<cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatmulPreference_t, int, cublasLtMatmulHeuristicResult_t*, int*, cublasStatus_t>)library.Find("cublasLtMatmulAlgoGetHeuristic");

    public readonly delegate* unmanaged<cublasLtMatmulAlgo_t*, cublasLtMatmulAlgoConfigAttributes_t, void*, nuint, nuint*, cublasStatus_t> cublasLtMatmulAlgoConfigGetAttribute =
        (delegate* unmanaged<cublasLtMatmulAlgo_t*, cublasLtMatmulAlgoConfigAttributes_t, void*, nuint, nuint*, cublasStatus_t>)library.Find("cublasLtMatmulAlgoConfigGetAttribute");

    public readonly delegate* unmanaged<cublasLtHandle_t, cublasLtMatmulDesc_t, void*, void*, cublasLtMatrixLayout_t, void*, cublasLtMatrixLayout_t, void*, void*, cublasLtMatrixLayout_t, void*, cublasLtMatrixLayout_t, cublasLtMatmulAlgo_t*, void*, nuint, CUstream, cublasStatus_t> cublasLtMatmul =
        (delegate* unmanaged<cublasLtHandle_t, cublasLtMatmulDesc_t, void*, void*, cublasLtMatrixLayout_t, void*, cublasLtMatrixLayout_t, void*, void*, cublasLtMatrixLayout_t, void*, cublasLtMatrixLayout_t, cublasLtMatmulAlgo_t*, void*, nuint, CUstream, cublasStatus_t>)library.Find("cublasLtMatmul");
}
