namespace Spa.Emulator.Warp;

/// <summary>A <c>cp.async</c> of a warp whose data has not arrived: per lane the host pointers, the bytes to copy and the group it was committed to.</summary>
internal sealed unsafe class AsyncCopy
{
    /// <summary>Group of a copy that no commit has followed yet.</summary>
    public const uint Open = uint.MaxValue;

    public readonly long[] SharedOffsets = new long[32];
    public readonly nint[] Sources = new nint[32];
    public readonly int[] SourceBytes = new int[32];
    public readonly uint[] Groups = new uint[32];

    /// <summary>Lanes that still wait.</summary>
    public uint Mask;
    public int Bytes;
    public int Pc;
}
