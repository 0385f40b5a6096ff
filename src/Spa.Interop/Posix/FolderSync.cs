using System.Runtime.InteropServices;

namespace Spa.Interop.Posix;

/// <summary>Makes a rename durable: on POSIX systems the folder's own entry must be flushed, and .NET cannot open a folder.</summary>
public static partial class FolderSync
{
    /// <summary>Flushes the entries of <paramref name="folder"/> to the disk. False where the system has no such call or refused it.</summary>
    public static bool TryFlush(string folder)
    {
        if (OperatingSystem.IsWindows()) return false;
        try
        {
            int descriptor = open(folder, 0);
            if (descriptor < 0) return false;
            bool flushed = fsync(descriptor) == 0;
            return close(descriptor) == 0 && flushed;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
