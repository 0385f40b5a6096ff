using System.Runtime.InteropServices;

namespace Spa.Emulator.Warp;

/// <summary>Addresses and host pointers of the lanes of one access, made by <see cref="WarpState.Resolve"/>.</summary>
internal sealed unsafe class AccessScratch : IDisposable
{
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(3 * 256, 64);

    /// <summary>Addresses as the instruction gives them.</summary>
    public ulong* Addresses => (ulong*)_memory;

    /// <summary>Addresses within their space.</summary>
    public ulong* Local => (ulong*)(_memory + 256);

    /// <summary>Host pointers.</summary>
    public byte** Pointers => (byte**)(_memory + 512);

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
