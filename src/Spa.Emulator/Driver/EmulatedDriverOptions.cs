namespace Spa.Emulator.Driver;

/// <summary>How the emulated driver and its devices behave.</summary>
public sealed record EmulatedDriverOptions
{
    /// <summary>Devices of this driver, all alike. They cannot access each other's memory.</summary>
    public int Devices { get; init; } = 1;

    public EmulatedArchitecture Architecture { get; init; } = EmulatedArchitecture.Sm90;

    /// <summary>Capacity of a device in bytes; allocations beyond it fail as out of memory. Only what is allocated takes memory of the host.</summary>
    public long MemoryBytes { get; init; } = 80L << 30;

    /// <summary>Checks, seed and limits of the device's core. The seed also orders streams and the nodes of graphs.</summary>
    public EmulatorOptions Emulator { get; init; } = new();

    /// <summary>Where the report of a device fault is written when it happens; null writes nothing.</summary>
    public TextWriter? FaultOutput { get; init; } = Console.Error;
}
