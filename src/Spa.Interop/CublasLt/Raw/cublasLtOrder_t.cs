namespace Spa.Interop.CublasLt;

/// <summary>Storage order of a matrix.</summary>
public enum cublasLtOrder_t
{
    CUBLASLT_ORDER_COL = 0,
    CUBLASLT_ORDER_ROW = 1,
}
