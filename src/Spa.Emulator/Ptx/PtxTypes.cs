namespace Spa.Emulator.Ptx;

/// <summary>Names and sizes of <see cref="PtxType"/>.</summary>
internal static class PtxTypes
{
    private static readonly Dictionary<string, PtxType> s_types = Enum.GetValues<PtxType>().Where(t => t != PtxType.None).ToDictionary(t => t.ToString().ToLowerInvariant());

    /// <summary>The type of that name without its dot, or None.</summary>
    public static PtxType Find(string name) => s_types.GetValueOrDefault(name);

    /// <summary>Bytes of one value in memory; a predicate has none.</summary>
    public static int Size(PtxType type) => type switch
    {
        PtxType.B8 or PtxType.U8 or PtxType.S8 => 1,
        PtxType.B16 or PtxType.U16 or PtxType.S16 or PtxType.F16 or PtxType.BF16 or PtxType.E4M3x2 or PtxType.E5M2x2 => 2,
        PtxType.B64 or PtxType.U64 or PtxType.S64 or PtxType.F64 => 8,
        PtxType.B128 => 16,
        PtxType.Pred or PtxType.None => 0,
        _ => 4,
    };

    public static bool IsSigned(PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    public static bool IsFloat(PtxType type) => type is PtxType.F16 or PtxType.BF16 or PtxType.TF32 or PtxType.F32 or PtxType.F64;

    public static string Name(PtxType type) => type.ToString().ToLowerInvariant();
}
