using System.Runtime.InteropServices;

namespace Spa.Interop.Loading;

/// <summary>Looks for a native library under several names. A missing library is a state that can be told to the user, not a failure.</summary>
public static class NativeProbe
{
    /// <summary>Tries the names in their order; the first that the system can load wins, and stays loaded.</summary>
    /// <param name="candidates">File names for the system's search, or full paths.</param>
    public static NativeProbeResult Find(IEnumerable<string> candidates)
    {
        List<string> tried = [];
        foreach (string name in candidates)
        {
            tried.Add(name);
            if (NativeLibrary.TryLoad(name, out nint handle)) return new NativeProbeResult(name, handle, tried);
        }

        return new NativeProbeResult(null, 0, tried);
    }
}
