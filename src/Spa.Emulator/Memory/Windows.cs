using Spa.Emulator.Warp;

namespace Spa.Emulator.Memory;

/// <summary>Where the spaces of a block lie among generic addresses; everything else is global.</summary>
internal static class Windows
{
    public const ulong Shared = 0x0100_0000_0000;
    public const ulong Local = 0x0200_0000_0000;
    public const ulong Param = 0x0300_0000_0000;
    public const ulong Size = 0x0010_0000_0000;

    public static MemorySpace SpaceOf(ulong address) => (address & ~(Size - 1)) switch
    {
        Shared => MemorySpace.Shared,
        Local => MemorySpace.Local,
        Param => MemorySpace.Param,
        _ => MemorySpace.Global,
    };

    public static ulong Start(MemorySpace space) => space switch
    {
        MemorySpace.Shared => Shared,
        MemorySpace.Local => Local,
        MemorySpace.Param => Param,
        _ => 0,
    };
}
