namespace Spa.Emulator.Warp;

/// <summary>Where the spaces of a block lie among generic addresses.</summary>
internal static class Windows
{
    public const ulong Shared = 0x0100_0000_0000;
    public const ulong Local = 0x0200_0000_0000;
    public const ulong Param = 0x0300_0000_0000;
    public const ulong Bytes = 0x0010_0000_0000;

    public static MemorySpace SpaceOf(ulong address) =>
        address - Shared < Bytes ? MemorySpace.Shared : address - Local < Bytes ? MemorySpace.Local : address - Param < Bytes ? MemorySpace.Param : MemorySpace.Global;

    public static ulong Start(MemorySpace space) => space switch
    {
        MemorySpace.Shared => Shared,
        MemorySpace.Local => Local,
        MemorySpace.Param => Param,
        _ => 0,
    };
}
