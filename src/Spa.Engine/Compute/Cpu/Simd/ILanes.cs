namespace Spa.Engine.Compute.Cpu.Simd;

/// <summary>
/// Sixteen float32 lanes, however many registers that takes: one Vector512, two Vector256 or four Vector128. Kernels written on it
/// exist once and give the same bits on every processor, because lane i always does the same operations and <see cref="Sum"/>
/// always adds in the same tree.
/// </summary>
internal unsafe interface ILanes<TSelf> where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Lanes of a vector.</summary>
    const int Width = 16;

    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf value, float* destination);

    /// <summary>Sixteen bfloat16 elements, widened.</summary>
    static abstract TSelf LoadBf16(ushort* source);

    /// <summary>Rounds to bfloat16, nearest even; NaN stays NaN.</summary>
    static abstract void StoreBf16(TSelf value, ushort* destination);

    static abstract TSelf Broadcast(float value);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a * b + c with one rounding.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger of each lane; what a NaN gives is not specified, so callers that must notice NaN check otherwise.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Sqrt(TSelf a);

    static abstract TSelf Abs(TSelf a);

    /// <summary>Nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf a);

    /// <summary>a * 2^n for integral n in [-252, 254], rounded once: a must lie in [0.5, 2), so that only the last step can leave the normal numbers.</summary>
    static abstract TSelf ScaleByPowerOfTwo(TSelf a, TSelf n);

    /// <summary>Lane by lane: a &lt; b ? whenTrue : whenFalse.</summary>
    static abstract TSelf SelectLess(TSelf a, TSelf b, TSelf whenTrue, TSelf whenFalse);

    /// <summary>Bit i is set where a's lane i is less than b's.</summary>
    static abstract uint LessMask(TSelf a, TSelf b);

    /// <summary>sums[i] += source[i]^2 in double, sixteen of each; the square of a float32 is exact in double.</summary>
    static abstract void AddSquares(float* source, double* sums);

    /// <summary>Sum of all lanes: lanes i and i + 8, then i + 4, i + 2, i + 1.</summary>
    static abstract float Sum(TSelf a);

    /// <summary>Largest lane, in the same tree.</summary>
    static abstract float MaxAll(TSelf a);
}
