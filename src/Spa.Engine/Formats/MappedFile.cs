using System.IO.MemoryMappedFiles;

namespace Spa.Engine.Formats;

/// <summary>
/// A file as memory: pages are read when touched and may be dropped again, so a model larger than memory can be read. The file must not
/// be shortened meanwhile; files that are replaced by renaming (<see cref="AtomicFile"/>) are safe.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _pointer;

    /// <exception cref="SpaException">The file is missing, empty or cannot be read.</exception>
    public MappedFile(string path)
    {
        Path = path;
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            Length = stream.Length;
            if (Length == 0)
            {
                stream.Dispose();
                throw new SpaException($"'{path}' is empty; copy or download it again");
            }
            _map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            _map?.Dispose();
            throw FileErrors.Reading(path, error);
        }
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _pointer = start + _view.PointerOffset;
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>First byte of the file.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return _pointer;
        }
    }

    public void Dispose()
    {
        if (_pointer is null) return;
        _pointer = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
