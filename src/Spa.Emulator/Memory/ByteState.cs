namespace Spa.Emulator.Memory;

/// <summary>What is known of a byte; the values are those of the shadow memory.</summary>
internal static class ByteState
{
    public const byte Unwritten = 0;

    public const byte Written = 1;

    /// <summary>A cp.async has been issued for it and not been waited for.</summary>
    public const byte InFlight = 2;

    /// <summary>Eight bytes of <see cref="Written"/>.</summary>
    public const ulong EightWritten = 0x0101010101010101;
}
