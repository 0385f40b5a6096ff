using System.Runtime.InteropServices;

namespace Spa.Interop.Driver;

/// <summary>Description of a tensor for bulk copies (compute capability 9.0), at the alignment that the driver wants.</summary>
public sealed unsafe class TensorMap : SafeHandle
{
    private const int Alignment = 64;

    private TensorMap(nint memory) : base(0, ownsHandle: true) => SetHandle(memory);

    public override bool IsInvalid => handle == 0;

    /// <summary>The encoded map, to be copied into a kernel's parameters.</summary>
    public ref readonly CUtensorMap Value => ref *(CUtensorMap*)handle;

    /// <summary>A row-major matrix that is copied in boxes.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="type">Element type.</param>
    /// <param name="address">First element; a multiple of 16.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="rowBytes">Bytes from one row to the next; a multiple of 16.</param>
    /// <param name="boxRows">Rows of a box, at most 256.</param>
    /// <param name="boxColumns">Elements of a row of a box, at most 256.</param>
    /// <param name="swizzle">How the box lies in shared memory.</param>
    /// <exception cref="CudaException">A size or an alignment is not allowed.</exception>
    public static TensorMap Matrix(CudaDriver driver, CUtensorMapDataType type, CUdeviceptr address, long rows, int columns, long rowBytes, int boxRows, int boxColumns, CUtensorMapSwizzle swizzle)
    {
        if (driver.Functions.cuTensorMapEncodeTiled is null) throw new EntryPointNotFoundException("cuTensorMapEncodeTiled: the driver has no such function; a newer driver is needed");
        ulong* sizes = stackalloc ulong[2] { (ulong)columns, (ulong)rows };
        ulong* strides = stackalloc ulong[1] { (ulong)rowBytes };
        uint* box = stackalloc uint[2] { (uint)boxColumns, (uint)boxRows };
        uint* steps = stackalloc uint[2] { 1, 1 };
        TensorMap map = new((nint)NativeMemory.AlignedAlloc((nuint)sizeof(CUtensorMap), Alignment));
        CUresult result = driver.Functions.cuTensorMapEncodeTiled((CUtensorMap*)map.handle, type, 2, (void*)address.Value, sizes, strides, box, steps,
            CUtensorMapInterleave.CU_TENSOR_MAP_INTERLEAVE_NONE, swizzle, CUtensorMapL2promotion.CU_TENSOR_MAP_L2_PROMOTION_L2_128B, CUtensorMapFloatOOBfill.CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
        if (result != CUresult.CUDA_SUCCESS) map.Dispose();
        driver.ThrowIfFailed(result, $"cuTensorMapEncodeTiled({type}, {address}, [{rows}, {columns}], rowBytes: {rowBytes}, box: [{boxRows}, {boxColumns}], {swizzle})");
        return map;
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
