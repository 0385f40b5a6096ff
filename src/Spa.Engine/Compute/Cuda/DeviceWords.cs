using System.Numerics;

namespace Spa.Engine.Compute.Cuda;

/// <summary>A work list on the device: what was put there last, and whose it is. One per kind of op, so that a recorded step finds every list at one address.</summary>
internal sealed class DeviceWords(string name)
{
    private Arena? _arena;
    private object? _owner;
    private int _stamp;
    private int _capacity;

    public nint Address { get; private set; }

    public string Name => name;

    /// <summary>Entries to lay a part out for: a power of two that holds <paramref name="count"/>, and no fewer than before.</summary>
    public static int Room(int count, int before) => Math.Max(before, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count)));

    public bool Holds(object owner, int stamp) => ReferenceEquals(_owner, owner) && _stamp == stamp;

    public bool Fits(int words) => words <= _capacity;

    /// <summary>Replaces the memory; work that reads it has come to its end.</summary>
    public void Grow(ComputeBackend backend, int words)
    {
        Dispose();
        // Half more than asked for: lists creep, and each growth waits for the device.
        _capacity = Math.Max(4096, words + words / 2);
        _arena = backend.CreateArena(name, (long)_capacity * sizeof(int));
        Address = _arena.TakeBytes(name, (long)_capacity * sizeof(int));
    }

    public void Put(ComputeBackend backend, object owner, int stamp, ReadOnlySpan<int> words)
    {
        _owner = null;
        backend.Upload(new Tensor(Address, DType.Int32, words.Length, 1), words);
        (_owner, _stamp) = (owner, stamp);
    }

    public void Dispose()
    {
        _arena?.Dispose();
        (_arena, _owner, _capacity, Address) = (null, null, 0, 0);
    }
}
