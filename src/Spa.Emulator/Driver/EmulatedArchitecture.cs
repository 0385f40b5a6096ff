namespace Spa.Emulator.Driver;

/// <summary>Which device is imitated: the limits and sizes that programs ask for and that launches are checked against.</summary>
public sealed record EmulatedArchitecture
{
    /// <summary>An H100-like device: compute capability 9.0, 132 multiprocessors with 228 KiB of shared memory each.</summary>
    public static EmulatedArchitecture Sm90 { get; } = new()
    {
        Major = 9,
        Minor = 0,
        Multiprocessors = 132,
        SharedBytesPerMultiprocessor = 228 << 10,
        SharedBytesPerBlockOptIn = 227 << 10,
        L2Bytes = 50 << 20,
        ClockKiloHertz = 1_980_000,
        MemoryClockKiloHertz = 2_619_000,
        MemoryBusBits = 5120,
    };

    /// <summary>An A100-like device: compute capability 8.0, 108 multiprocessors with 164 KiB of shared memory each.</summary>
    public static EmulatedArchitecture Sm80 { get; } = new()
    {
        Major = 8,
        Minor = 0,
        Multiprocessors = 108,
        SharedBytesPerMultiprocessor = 164 << 10,
        SharedBytesPerBlockOptIn = 163 << 10,
        L2Bytes = 40 << 20,
        ClockKiloHertz = 1_410_000,
        MemoryClockKiloHertz = 1_593_000,
        MemoryBusBits = 5120,
    };

    public const int MaxThreadsPerBlock = 1024;
    public const int MaxThreadsPerMultiprocessor = 2048;
    public const int MaxBlocksPerMultiprocessor = 32;
    public const int WarpSize = 32;
    public const int Registers = 65536;
    public const int SharedBytesPerBlock = 48 << 10;

    /// <summary>Shared memory of every block that the system keeps for itself (compute capability 8.0 and newer).</summary>
    public const int ReservedSharedBytesPerBlock = 1 << 10;

    public required int Major { get; init; }

    public required int Minor { get; init; }

    public required int Multiprocessors { get; init; }

    public required int SharedBytesPerMultiprocessor { get; init; }

    /// <summary>Largest shared memory of a block after its kernel asked for it.</summary>
    public required int SharedBytesPerBlockOptIn { get; init; }

    public required int L2Bytes { get; init; }

    public required int ClockKiloHertz { get; init; }

    public required int MemoryClockKiloHertz { get; init; }

    public required int MemoryBusBits { get; init; }

    /// <summary>As PTX writes it: 90 for compute capability 9.0.</summary>
    public int Target => Major * 10 + Minor;
}
