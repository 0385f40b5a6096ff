using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>
/// The 128 bytes of a tensor map in the emulator's own form (that of the hardware is not documented): word 0 holds type, rank, interleave, swizzle and fill, one byte each
/// from the low end; word 1 the address; then 32-bit sizes less one (5), 32-bit strides in units of 16 bytes (4), 16-bit boxes (5) and bytes of element steps (5), all from byte 16 on.
/// </summary>
internal readonly unsafe ref struct TensorMapEncoding(
    CUtensorMapDataType type, ulong address, ReadOnlySpan<ulong> sizes, ReadOnlySpan<ulong> strides, ReadOnlySpan<uint> box, ReadOnlySpan<uint> steps,
    CUtensorMapInterleave interleave, CUtensorMapSwizzle swizzle, CUtensorMapFloatOOBfill fill)
{
    private const int SizesAt = 16, StridesAt = 36, BoxAt = 52, StepsAt = 62;

    private readonly CUtensorMapDataType _type = type;
    private readonly ulong _address = address;
    private readonly ReadOnlySpan<ulong> _sizes = sizes, _strides = strides;
    private readonly ReadOnlySpan<uint> _box = box, _steps = steps;
    private readonly CUtensorMapInterleave _interleave = interleave;
    private readonly CUtensorMapSwizzle _swizzle = swizzle;
    private readonly CUtensorMapFloatOOBfill _fill = fill;

    private int ElementBytes => _type switch
    {
        CUtensorMapDataType.CU_TENSOR_MAP_DATA_TYPE_UINT8 => 1,
        CUtensorMapDataType.CU_TENSOR_MAP_DATA_TYPE_UINT16 or CUtensorMapDataType.CU_TENSOR_MAP_DATA_TYPE_FLOAT16 or CUtensorMapDataType.CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 => 2,
        CUtensorMapDataType.CU_TENSOR_MAP_DATA_TYPE_UINT64 or CUtensorMapDataType.CU_TENSOR_MAP_DATA_TYPE_INT64 or CUtensorMapDataType.CU_TENSOR_MAP_DATA_TYPE_FLOAT64 => 8,
        _ => 4,
    };

    /// <summary>The rules of cuTensorMapEncodeTiled in the driver's reference.</summary>
    public void ThrowIfInvalid()
    {
        if (!Enum.IsDefined(_type)) Refuse($"element type {(int)_type} is not known");
        if (_interleave != CUtensorMapInterleave.CU_TENSOR_MAP_INTERLEAVE_NONE) Refuse("interleaved tensors are not emulated");
        if (_address % 16 != 0) Refuse($"expected an address that 16 divides, found 0x{_address:x}");
        foreach (ulong size in _sizes)
            if (size is < 1 or > 1UL << 32) Refuse($"expected sizes of 1 to 2^32, found {size}");
        foreach (ulong stride in _strides)
            if (stride % 16 != 0 || stride >= 1UL << 36) Refuse($"expected strides that 16 divides, below 2^36 bytes, found {stride}");
        foreach (uint extent in _box)
            if (extent is < 1 or > 256) Refuse($"expected a box of 1 to 256 elements in each dimension, found {extent}");
        foreach (uint step in _steps)
            if (step is < 1 or > 8) Refuse($"expected element steps of 1 to 8, found {step}");
        int inner = (int)_box[0] * ElementBytes;
        if (inner % 16 != 0) Refuse($"expected rows of the box of a multiple of 16 bytes, found {inner}");
        int span = _swizzle == CUtensorMapSwizzle.CU_TENSOR_MAP_SWIZZLE_NONE ? int.MaxValue : 16 << (int)_swizzle;
        if (inner > span) Refuse($"expected rows of the box of at most {span} bytes with {_swizzle}, found {inner}");
    }

    public void Write(CUtensorMap* map)
    {
        byte* bytes = (byte*)map;
        new Span<byte>(bytes, sizeof(CUtensorMap)).Clear();
        bytes[0] = (byte)_type;
        bytes[1] = (byte)_sizes.Length;
        bytes[2] = (byte)_interleave;
        bytes[3] = (byte)_swizzle;
        bytes[4] = (byte)_fill;
        *(ulong*)(bytes + 8) = _address;
        for (int i = 0; i < _sizes.Length; i++)
        {
            *(uint*)(bytes + SizesAt + 4 * i) = (uint)(_sizes[i] - 1);
            *(ushort*)(bytes + BoxAt + 2 * i) = (ushort)_box[i];
            bytes[StepsAt + i] = (byte)_steps[i];
        }

        for (int i = 0; i < _strides.Length; i++) *(uint*)(bytes + StridesAt + 4 * i) = (uint)(_strides[i] / 16);
    }

    private static void Refuse(string reason) => throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, reason);
}
