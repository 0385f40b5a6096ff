namespace Spa.Engine.Compute;

/// <summary>
/// One allocation with named segments. Sizes are known before the memory is: run the same layout code on <see cref="Measure"/> first,
/// then on the arena of that size. Taking a segment is a bump of an offset; <see cref="Mark"/> and <see cref="Release"/> give
/// stack-like reuse. Nothing is ever returned to the system before <see cref="Dispose"/>.
/// </summary>
public sealed class Arena : IDisposable
{
    /// <summary>Every segment starts on a cache line, which is also the widest vector.</summary>
    public const int Alignment = 64;

    private readonly ComputeBackend? _backend;
    private readonly List<Segment> _segments = [];
    private nint _address;
    private long _used;

    internal Arena(ComputeBackend? backend, string name, long capacity, nint address)
    {
        _backend = backend;
        Name = name;
        Capacity = capacity;
        _address = address;
    }

    /// <summary>A named part: where it starts and how long it is, in bytes.</summary>
    public readonly record struct Segment(string Name, long Offset, long Bytes);

    public string Name { get; }

    /// <summary>Bytes that can be taken in all.</summary>
    public long Capacity { get; }

    /// <summary>The most bytes that were in use at once.</summary>
    public long HighWater { get; private set; }

    /// <summary>Segments taken so far, in order; released ones are gone.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>Bytes that <paramref name="layout"/> needs; it is run on an arena without memory and must not touch its tensors.</summary>
    public static long Measure(Action<Arena> layout)
    {
        var arena = new Arena(null, "measure", long.MaxValue, Alignment);
        layout(arena);
        return arena.HighWater;
    }

    /// <summary>The next <paramref name="rows"/> x <paramref name="columns"/> elements; their content is undefined.</summary>
    public Tensor Take(string name, DType type, long rows, int columns, TensorLayout layout = TensorLayout.RowMajor) =>
        new(TakeBytes(name, rows * columns * type.Size()), type, rows, columns, 0, layout);

    /// <summary>The next <paramref name="bytes"/> bytes, as an address.</summary>
    public nint TakeBytes(string name, long bytes)
    {
        ObjectDisposedException.ThrowIf(_address == 0, this);
        long size = (bytes + Alignment - 1) / Alignment * Alignment;
        if (size > Capacity - _used)
            throw new SpaException($"arena '{Name}' is full: '{name}' needs {bytes:N0} bytes, {Capacity - _used:N0} of {Capacity:N0} are left; use a smaller batch or shorter sequences");
        long offset = _used;
        _used += size;
        HighWater = Math.Max(HighWater, _used);
        _segments.Add(new Segment(name, offset, bytes));
        return _address + (nint)offset;
    }

    /// <summary>The present position, for <see cref="Release"/>.</summary>
    public ArenaMark Mark() => new(_used, _segments.Count);

    /// <summary>Gives back everything taken since <paramref name="mark"/>.</summary>
    public void Release(ArenaMark mark)
    {
        _used = mark.Used;
        _segments.RemoveRange(mark.Segments, _segments.Count - mark.Segments);
    }

    public void Dispose()
    {
        if (_backend is not null && _address != 0) _backend.Free(_address);
        _address = 0;
    }
}
