namespace Spa.Interop.CublasLt;

/// <summary>Whether an operand is read transposed.</summary>
public enum cublasOperation_t
{
    CUBLAS_OP_N = 0,
    CUBLAS_OP_T = 1,
    CUBLAS_OP_C = 2,
}
