using System.Runtime.InteropServices;

namespace Spa.Interop.Loading;

/// <summary>Looks for a native library under several names. A missing library is a state that can be told to the user, not a failure.</summary>
public static class NativeProbe
{
    /// <summary>Tries the names in their order; the first that the system can load and that is not refused wins, and stays loaded.</summary>
    /// <param name="candidates">File names for the system's search, or full paths. A path with <c>*</c> stands for a folder in which nothing was found: it is only reported.</param>
    /// <param name="refuse">Looks at a loaded library: null where it will do, otherwise why it will not.</param>
    public static NativeProbeResult Find(IEnumerable<string> candidates, Func<IEntryPoints, string?>? refuse = null)
    {
        List<string> tried = [];
        foreach (string name in candidates)
        {
            if (name.Contains('*', StringComparison.Ordinal) || !TryLoad(name, out nint handle))
            {
                tried.Add(name);
                continue;
            }

            NativeProbeResult found = new(name, handle, tried);
            string? reason = refuse?.Invoke(found);
            tried.Add(reason is null ? name : $"{name} ({reason})");
            if (reason is null) return found;
            NativeLibrary.Free(handle);
        }

        return new NativeProbeResult(null, 0, tried);
    }

    // NVRTC opens its own second library by bare name, which the system finds only where it is loaded already: the two lie side by side.
    private static bool TryLoad(string name, out nint handle)
    {
        if (Path.IsPathFullyQualified(name) && File.Exists(name) && Path.GetFileName(name).Contains("nvrtc", StringComparison.Ordinal))
            foreach (string builtins in Directory.EnumerateFiles(Path.GetDirectoryName(name)!, "*nvrtc-builtins*"))
                NativeLibrary.TryLoad(builtins, out _);
        return NativeLibrary.TryLoad(name, out handle);
    }
}
