namespace Spa.Emulator.Ptx;

/// <summary>A declared register; the decoder gives it a place in the warp's register file.</summary>
internal sealed class PtxRegister(string name, PtxType type)
{
    public string Name { get; } = name;

    public PtxType Type { get; } = type;

    /// <summary>Byte offset in the register file of the program that is being decoded, -1 before.</summary>
    public int Offset { get; set; } = -1;

    /// <summary>Bytes of one lane: 2, 4 or 8, and 0 for a predicate (one word for the warp). 8-bit registers take 16 bits.</summary>
    public int LaneBytes => Type == PtxType.Pred ? 0 : Math.Max(2, PtxTypes.Size(Type));
}
