using System.Runtime.InteropServices;

namespace Spa.Interop.Loading;

/// <summary>What a search for a native library found.</summary>
/// <param name="Name">The name or path that loaded, or null.</param>
/// <param name="Handle">The library; 0 where none loaded.</param>
/// <param name="Tried">Everything that was tried, in order; a library that was found and refused stands there with the reason.</param>
public sealed record NativeProbeResult(string? Name, nint Handle, IReadOnlyList<string> Tried) : IEntryPoints
{
    public bool IsFound => Name is not null;

    public string Description => Name ?? $"not found; tried {string.Join(", ", Tried)}";

    public nint Find(string name) => IsFound && NativeLibrary.TryGetExport(Handle, name, out nint address) ? address : 0;
}
