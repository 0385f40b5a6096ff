using Spa.Interop.CublasLt;

namespace Spa.Emulator.Driver.CublasLt;

/// <summary>What a cublasLtMatmulDesc_t holds.</summary>
internal sealed class ProductSettings(cublasComputeType_t compute, cudaDataType_t scale)
{
    public cublasComputeType_t Compute { get; private set; } = compute;

    public cudaDataType_t Scale { get; private set; } = scale;

    public cublasOperation_t TransposeA { get; private set; }

    public cublasOperation_t TransposeB { get; private set; }

    public cublasOperation_t TransposeC { get; private set; }

    public cublasLtEpilogue_t Epilogue { get; private set; } = cublasLtEpilogue_t.CUBLASLT_EPILOGUE_DEFAULT;

    /// <summary>Device address of one value per row of D.</summary>
    public ulong Bias { get; private set; }

    /// <summary>Element type of the bias; null is that of D.</summary>
    public cudaDataType_t? BiasType { get; private set; }

    /// <summary>True while alpha and beta are in memory of the host.</summary>
    public bool AreScalarsOnHost { get; private set; } = true;

    /// <summary>False for an attribute that is not emulated or has another size.</summary>
    public unsafe bool Set(cublasLtMatmulDescAttributes_t attribute, void* value, nuint bytes)
    {
        bool isPointer = attribute == cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER;
        if (value is null || bytes != (isPointer ? 8u : 4u)) return false;
        int number = *(int*)value;
        switch (attribute)
        {
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_COMPUTE_TYPE: Compute = (cublasComputeType_t)number; break;
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_SCALE_TYPE: Scale = (cudaDataType_t)number; break;
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_POINTER_MODE: AreScalarsOnHost = number == 0; break;
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA: TransposeA = (cublasOperation_t)number; break;
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSB: TransposeB = (cublasOperation_t)number; break;
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSC: TransposeC = (cublasOperation_t)number; break;
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_EPILOGUE: Epilogue = (cublasLtEpilogue_t)number; break;
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER: Bias = *(ulong*)value; break;
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE: BiasType = (cudaDataType_t)number; break;
            case cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_SM_COUNT_TARGET: break;
            default: return false;
        }

        return true;
    }
}
