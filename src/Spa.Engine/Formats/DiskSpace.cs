namespace Spa.Engine.Formats;

/// <summary>Whether something large will fit, asked before it is written.</summary>
public static class DiskSpace
{
    /// <summary>Throws if the disk of <paramref name="folder"/> (which may not exist yet) is known to have fewer than <paramref name="bytes"/> free.</summary>
    /// <exception cref="SpaException">There is too little space.</exception>
    public static void Require(string folder, long bytes)
    {
        if (Free(Path.GetFullPath(folder)) is { } free && free < bytes)
            throw new SpaException($"cannot write to '{folder}': {bytes / 1e9:N1} GB are needed, {free / 1e9:N1} GB are free; free some space or choose another "
                + "output folder");
    }

    private static long? Free(string folder)
    {
        string? existing = folder;
        while (existing is not null && !Directory.Exists(existing)) existing = Path.GetDirectoryName(existing);
        if (existing is null) return null;
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(existing)! : existing).AvailableFreeSpace;
        }
        catch (Exception error) when (FileErrors.IsFileError(error) || error is ArgumentException)
        {
            // Network shares need not tell; the write itself will.
            return null;
        }
    }
}
