using System.Text;
using Spa.Interop.Posix;

namespace Spa.Engine.Formats;

/// <summary>
/// A file that appears whole or not at all: bytes go to <c>NAME.partial</c> beside it, reach the disk, and only then take the name.
/// What a killed run left under that name is overwritten by the next attempt. A second writer of the same file is refused.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    private const string PartialSuffix = ".partial";
    private const int BufferBytes = 1 << 16;

    private readonly string _partial;
    private bool _finished;

    /// <summary>Opens the temporary file; the folder is made if it is missing.</summary>
    /// <exception cref="SpaException">The folder or the file cannot be written.</exception>
    public AtomicFile(string path)
    {
        TargetPath = Path.GetFullPath(path);
        _partial = TargetPath + PartialSuffix;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(TargetPath)!);
            Stream = new FileStream(_partial, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Writing(TargetPath, error);
        }
    }

    /// <summary>The full name the file will have.</summary>
    public string TargetPath { get; }

    /// <summary>Where to write. Its <see cref="IOException"/>s are raw; <see cref="Write"/> translates them.</summary>
    public FileStream Stream { get; }

    /// <summary>Writes a file through <paramref name="content"/>. If that throws, nothing is left and an older file stays as it was.</summary>
    /// <exception cref="SpaException">The file cannot be written, for example because the disk is full.</exception>
    public static void Write(string path, Action<Stream> content)
    {
        using var file = new AtomicFile(path);
        try
        {
            content(file.Stream);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Writing(file.TargetPath, error);
        }
        file.Commit();
    }

    /// <summary>Writes UTF-8 without a byte order mark.</summary>
    /// <exception cref="SpaException">The file cannot be written.</exception>
    public static void WriteAllText(string path, string text) => WriteAllBytes(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes <paramref name="bytes"/>.</summary>
    /// <exception cref="SpaException">The file cannot be written.</exception>
    public static void WriteAllBytes(string path, byte[] bytes) => Write(path, stream => stream.Write(bytes));

    /// <summary>Copies a file; the copy appears whole or not at all.</summary>
    /// <exception cref="SpaException">The source cannot be read or the copy cannot be written.</exception>
    public static void Copy(string source, string destination)
    {
        FileStream input;
        try
        {
            input = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Reading(source, error);
        }
        using (input) Write(destination, input.CopyTo);
    }

    /// <summary>Flushes to the disk and gives the file its name, replacing an older one.</summary>
    /// <exception cref="SpaException">The disk is full or the name cannot be taken.</exception>
    public void Commit()
    {
        try
        {
            Stream.Flush(flushToDisk: true);
            Stream.Dispose();
            File.Move(_partial, TargetPath, overwrite: true);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Writing(TargetPath, error);
        }
        _finished = true;
        FolderSync.TryFlush(Path.GetDirectoryName(TargetPath)!);
    }

    /// <summary>Without <see cref="Commit"/> the temporary file is removed.</summary>
    public void Dispose()
    {
        if (_finished) return;
        _finished = true;
        try
        {
            Stream.Dispose();
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            // The buffer's last bytes did not fit on a full disk; the file goes away next.
        }
        try
        {
            File.Delete(_partial);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            // The reason for being here is already on its way to the user.
        }
    }
}
