using System.Runtime.InteropServices;

namespace Spa.Emulator.Checks;

/// <summary>
/// Who last wrote and read one aligned word of 4 bytes. A thread is the warp's number times 32 plus the lane; a clock counts the barriers that its warp has passed;
/// a serial names a block of a launch, so that nothing needs to be cleared between launches.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AccessShadow
{
    public const int ThreadBits = 10;
    public const uint ThreadMask = (1u << ThreadBits) - 1;

    /// <summary>Accesses at or beyond this clock are not recorded.</summary>
    public const uint MaxClock = uint.MaxValue >> ThreadBits;

    /// <summary>The write was an atomic, volatile, relaxed, release or acquire access.</summary>
    public const byte StrongWrite = 1;
    public const byte StrongRead = 2;

    /// <summary>Another warp of the block has read too, unordered with the recorded one.</summary>
    public const byte OtherWarps = 4;

    /// <summary>Another block of the launch has read too.</summary>
    public const byte OtherBlocks = 8;

    /// <summary>Another lane of the same warp has read too, at the same clock.</summary>
    public const byte OtherLanes = 16;
    public const byte Others = OtherWarps | OtherBlocks | OtherLanes;

    public const byte ManyExchanges = 255;

    public uint WriterSerial;
    public uint Writer;
    public uint ReaderSerial;
    public uint Reader;

    /// <summary>Bytes of the word that the writer (low four bits) and the readers (high four bits) touched.</summary>
    public byte Bytes;
    public byte Flags;

    /// <summary>Bytes that other readers touched too.</summary>
    public byte OtherBytes;

    /// <summary>Exchanges of its warp since the clock's last step, when the reader read; <see cref="ManyExchanges"/> and more count as that.</summary>
    public byte ReaderExchanges;
}
