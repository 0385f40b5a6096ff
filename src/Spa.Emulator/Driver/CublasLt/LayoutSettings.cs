using Spa.Interop.CublasLt;

namespace Spa.Emulator.Driver.CublasLt;

/// <summary>What a cublasLtMatrixLayout_t holds; column-major until its order is set.</summary>
internal sealed class LayoutSettings(cudaDataType_t type, ulong rows, ulong columns, long lead)
{
    private cudaDataType_t _type = type;
    private long _rows = (long)rows, _columns = (long)columns, _lead = lead, _stride;
    private int _batch = 1;
    private cublasLtOrder_t _order;

    /// <summary>As it is now; a queued product keeps this.</summary>
    public MatrixLayout Layout => new(_type, _rows, _columns, _lead, _order == cublasLtOrder_t.CUBLASLT_ORDER_ROW, _batch, _stride);

    /// <summary>False for an attribute that is not emulated, has another size or an impossible value.</summary>
    public unsafe bool Set(cublasLtMatrixLayoutAttribute_t attribute, void* value, nuint bytes)
    {
        bool isWide = attribute is cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_ROWS or cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_COLS
            or cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_LD or cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET;
        if (value is null || bytes != (isWide ? 8u : 4u)) return false;
        switch (attribute)
        {
            case cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_TYPE: _type = *(cudaDataType_t*)value; break;
            case cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_ORDER: _order = *(cublasLtOrder_t*)value; return Enum.IsDefined(_order);
            case cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_ROWS: _rows = *(long*)value; break;
            case cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_COLS: _columns = *(long*)value; break;
            case cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_LD: _lead = *(long*)value; break;
            case cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT: _batch = *(int*)value; return _batch > 0;
            case cublasLtMatrixLayoutAttribute_t.CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET: _stride = *(long*)value; break;
            default: return false;
        }

        return true;
    }
}
