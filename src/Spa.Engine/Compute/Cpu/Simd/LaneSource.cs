using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute.Cpu.Simd;

/// <summary>One row of a weight that is float32 or bfloat16. The test per load is always predicted; these rows are short and hot.</summary>
internal readonly unsafe struct LaneSource(Tensor tensor, long row)
{
    private readonly byte* _address = (byte*)tensor.Address + row * tensor.Stride * tensor.Type.Size();
    private readonly bool _isBf16 = tensor.Type == DType.BFloat16;

    /// <summary>Elements [index, index + count), at most sixteen, as float32; lanes behind them hold 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes>(int index, int count) where TLanes : struct, ILanes<TLanes> => _isBf16
        ? LaneMemory.LoadBf16<TLanes>((ushort*)_address + index, count)
        : LaneMemory.Load<TLanes>((float*)_address + index, count);
}
