namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The operations of the matrix kernel on one register, so that the kernel exists once for all widths. <typeparamref name="TVector"/> is the
/// bare vector type: wrapped in a struct, two dozen live accumulators would depend on the compiler promoting every one of them.
/// </summary>
internal unsafe interface IMatMulVector<TVector> where TVector : struct
{
    /// <summary>Lanes of a register.</summary>
    static abstract int Width { get; }

    /// <summary>Most rows of a tile (two registers wide) whose accumulators, two operands and a broadcast stay in registers.</summary>
    static abstract int TileRows { get; }

    static abstract TVector Load(float* source);

    /// <summary>bfloat16 elements, widened.</summary>
    static abstract TVector Load(ushort* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a * b + c with one rounding.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);
}
