namespace Spa.Emulator.Memory;

/// <summary>
/// The last plain accesses of a word of four bytes. Time is the device's sequence number, which grows at every barrier, fence and atomic, so
/// that an access before a barrier is earlier than the barrier.
/// </summary>
internal struct Touch
{
    /// <summary>In the place of a warp: more than one.</summary>
    public const ushort Many = ushort.MaxValue;

    public uint WriteTime;
    public uint ReadTime;
    public int WriteBlock;
    public int ReadBlock;
    public ushort WriteWarp;
    public ushort ReadWarp;

    /// <summary>A bit per byte of the word.</summary>
    public byte WriteMask;
    public byte ReadMask;
}
