namespace Spa.Emulator.Warp;

internal enum MemorySpace : byte
{
    Generic,
    Global,
    Shared,
    Local,
    Const,

    /// <summary>Parameters of the kernel.</summary>
    Param,
}
