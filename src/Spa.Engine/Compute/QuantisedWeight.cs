namespace Spa.Engine.Compute;

/// <summary>
/// A weight [N, K] as codes and scales, one behind the other at an address of the backend. Elements count row by row. 4 bits: the code of element e lies in byte e / 2, that of an even e in
/// its upper half, and e is book[code] * scale[e / 64]. 8 bits: element e is code * scale[row] / 127. A scale is the largest magnitude of its elements, as float32; or, nested, with
/// its block's scale S and the offset o of the whole weight, map[code] * S[block / 256] + o. Codes, their order and every rounding are bitsandbytes'.
/// </summary>
public readonly record struct QuantisedWeight
{
    /// <summary>Weights that share a scale in 4 bits.</summary>
    public const int Block = 64;

    /// <summary>Nested scales that share a scale.</summary>
    public const int NestedBlock = 256;

    /// <summary>float32 numbers at <see cref="Tables"/>: the book of 16 values by code, then the 256 values of nested scales.</summary>
    public const int TableLength = 16 + 256;

    private readonly nint _address;

    /// <param name="address">First byte, on a boundary of <see cref="Arena.Alignment"/>.</param>
    /// <param name="tables">Address of <see cref="TableLength"/> float32 numbers.</param>
    /// <param name="format">How it is quantised.</param>
    /// <param name="rows">N.</param>
    /// <param name="columns">K.</param>
    public QuantisedWeight(nint address, nint tables, QuantisedFormat format, long rows, int columns) =>
        (_address, Tables, Format, Rows, Columns) = (address, tables, format, rows, columns);

    public QuantisedFormat Format { get; }

    public long Rows { get; }

    public int Columns { get; }

    public nint Tables { get; }

    public bool IsAbsent => _address == 0;

    public long Count => Rows * Columns;

    public bool Is4Bit => Format.Code != WeightCode.Int8;

    /// <summary>Scales that are themselves codes.</summary>
    public bool IsNested => Format.IsNested && Is4Bit;

    /// <summary>Scales of elements: one for each block, or for each row.</summary>
    public long Scales => Is4Bit ? (Count + Block - 1) / Block : Rows;

    /// <summary>Scales of nested scales.</summary>
    public long NestedScales => IsNested ? (Scales + NestedBlock - 1) / NestedBlock : 0;

    /// <summary>(N K + 1) / 2 or N K bytes.</summary>
    public nint CodesAt => _address;

    /// <summary>float32 each, or a byte where nested.</summary>
    public nint ScalesAt => _address + (nint)ScalesOffset;

    /// <summary>S, then o: float32.</summary>
    public nint NestedAt => IsNested ? _address + (nint)NestedOffset : 0;

    /// <summary>All of it as int32 words.</summary>
    public Tensor Words => new(_address, DType.Int32, Bytes / sizeof(int), 1);

    internal long ScalesOffset => Align(Is4Bit ? (Count + 1) / 2 : Count);

    internal long NestedOffset => ScalesOffset + Align(Scales * (IsNested ? 1 : sizeof(float)));

    /// <summary>Bytes of codes and scales, alignment included.</summary>
    public long Bytes => NestedOffset + (IsNested ? Align((NestedScales + 1) * sizeof(float)) : 0);

    public override string ToString() => IsAbsent ? "absent" : $"{Format}[{Rows}, {Columns}]";

    private static long Align(long bytes) => (bytes + Arena.Alignment - 1) / Arena.Alignment * Arena.Alignment;
}
