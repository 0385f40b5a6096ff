using Spa.Interop.CublasLt;

namespace Spa.Emulator.Driver.CublasLt;

/// <summary>Type, shape and strides of a matrix in device memory.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Lead">Elements from a line to the next; a line is a row of a row-major matrix and a column of another.</param>
/// <param name="IsRowMajor">Whether rows are contiguous.</param>
/// <param name="Batch">Matrices.</param>
/// <param name="Stride">Elements from a matrix to the next.</param>
internal readonly record struct MatrixLayout(cudaDataType_t Type, long Rows, long Columns, long Lead, bool IsRowMajor, int Batch, long Stride)
{
    public int ElementBytes => Type == cudaDataType_t.CUDA_R_32F ? 4 : 2;

    public long Lines => IsRowMajor ? Rows : Columns;

    public long LineLength => IsRowMajor ? Columns : Rows;

    public int LineBytes => checked((int)(LineLength * ElementBytes));

    public bool IsSupported => Type is cudaDataType_t.CUDA_R_32F or cudaDataType_t.CUDA_R_16F or cudaDataType_t.CUDA_R_16BF;

    public bool IsValid => Rows > 0 && Columns > 0 && Rows <= int.MaxValue && Columns <= int.MaxValue && Lead >= LineLength;
}
