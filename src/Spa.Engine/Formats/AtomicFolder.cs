using Spa.Interop.Posix;

namespace Spa.Engine.Formats;

/// <summary>
/// A folder that appears whole or not at all: files are written to <c>NAME.partial</c> (flush each, for example with
/// <see cref="AtomicFile"/>), which then takes the name. What a killed run left under that name is removed first.
/// </summary>
public sealed class AtomicFolder : IDisposable
{
    private bool _finished;

    /// <summary>Makes an empty temporary folder.</summary>
    /// <exception cref="SpaException">The target holds something already, or the place cannot be written.</exception>
    public AtomicFolder(string path)
    {
        TargetPath = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        WorkPath = TargetPath + ".partial";
        try
        {
            if (File.Exists(TargetPath)) throw new SpaException($"cannot write folder '{TargetPath}': a file has that name; choose another output folder");
            if (!IsFree(TargetPath)) throw new SpaException($"cannot write folder '{TargetPath}': it exists and is not empty; choose another output folder or remove it");
            if (Directory.Exists(WorkPath)) Directory.Delete(WorkPath, recursive: true);
            Directory.CreateDirectory(WorkPath);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Writing(TargetPath, error);
        }
    }

    /// <summary>The full name the folder will have.</summary>
    public string TargetPath { get; }

    /// <summary>Where to write the files until <see cref="Commit"/>.</summary>
    public string WorkPath { get; }

    /// <summary>Whether a folder of this name is absent or empty.</summary>
    public static bool IsFree(string path) => !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any();

    /// <summary>Gives the folder its name.</summary>
    /// <exception cref="SpaException">The name cannot be taken.</exception>
    public void Commit()
    {
        FolderSync.TryFlush(WorkPath);
        try
        {
            if (Directory.Exists(TargetPath)) Directory.Delete(TargetPath);
            Directory.Move(WorkPath, TargetPath);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Writing(TargetPath, error);
        }
        _finished = true;
        FolderSync.TryFlush(Path.GetDirectoryName(TargetPath)!);
    }

    /// <summary>Without <see cref="Commit"/> the temporary folder is removed with all it holds.</summary>
    public void Dispose()
    {
        if (_finished) return;
        _finished = true;
        try
        {
            Directory.Delete(WorkPath, recursive: true);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            // The reason for being here is already on its way to the user.
        }
    }
}
