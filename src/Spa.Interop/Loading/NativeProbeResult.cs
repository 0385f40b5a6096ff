using System.Runtime.InteropServices;

namespace Spa.Interop.Loading;

/// <summary>What a search for a native library found.</summary>
/// <param name="Name">The name that loaded, or null.</param>
/// <param name="Handle">The library; 0 where none loaded.</param>
/// <param name="Tried">Every name that was tried, in order.</param>
public sealed record NativeProbeResult(string? Name, nint Handle, IReadOnlyList<string> Tried)
{
    public bool IsFound => Name is not null;

    /// <summary>The address of a function, or 0 where the library or the function is missing.</summary>
    public nint Function(string name) => IsFound && NativeLibrary.TryGetExport(Handle, name, out nint address) ? address : 0;
}
