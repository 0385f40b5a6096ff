namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Where the matrices of one product c = a b lie. a[i, k] is at A + i * RowStep + k * Step, so a can be read transposed; b and c are read and
/// written in whole vectors of sixteen columns, with any distance between rows. b is float32 or bfloat16 (ushort).
/// </summary>
internal readonly unsafe struct AttentionFactors<TElement> where TElement : unmanaged
{
    public required float* C { get; init; }

    public required nint CStride { get; init; }

    public required float* A { get; init; }

    public required nint RowStep { get; init; }

    public required nint Step { get; init; }

    public required TElement* B { get; init; }

    public required nint BStride { get; init; }

    /// <summary>Elements from an element of b to what is worth fetching from memory meanwhile; 0: nothing.</summary>
    public nint Ahead { get; init; }

    /// <summary>The product without its first rows.</summary>
    public AttentionFactors<TElement> FromRow(int row) => this with { C = C + row * CStride, A = A + row * RowStep };

    /// <summary>The product without the first k.</summary>
    public AttentionFactors<TElement> FromDepth(int k) => this with { A = A + k * Step, B = B + k * BStride };

    /// <summary>The product without the first vectors of columns.</summary>
    public AttentionFactors<TElement> FromVector(int vector) => this with { C = C + 16 * vector, B = B + 16 * vector };
}
