namespace Spa.Emulator.Warp;

[Flags]
internal enum AccessFlags : byte
{
    None = 0,
    Write = 1,
    Atomic = 2,

    /// <summary>Atomic, volatile, relaxed, acquire or release: takes no part in races with its like.</summary>
    Strong = 4,
    Acquire = 8,
    Release = 16,

    /// <summary>The base register has 32 bits.</summary>
    NarrowBase = 32,
    SignExtend = 64,

    /// <summary>Destination of an asynchronous copy.</summary>
    Async = 128,
}
