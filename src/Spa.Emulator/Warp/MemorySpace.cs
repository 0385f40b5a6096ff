namespace Spa.Emulator.Warp;

internal enum MemorySpace : byte
{
    Generic,
    Global,
    Shared,
    Local,
    Const,

    /// <summary>The kernel's parameters.</summary>
    Param,
}
