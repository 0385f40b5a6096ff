using System.Numerics;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// The merges of a BPE model: which pair of ids may join, how early, and to what. Open addressing in three flat arrays, for it is asked for
/// every pair of neighbours; the hash is salted per process so that no file can be made to collide.
/// </summary>
internal sealed class MergeTable
{
    private const ulong Empty = ulong.MaxValue;

    private static readonly ulong s_salt = (ulong)Random.Shared.NextInt64() | 1;

    private readonly ulong[] _keys;
    private readonly int[] _ranks;
    private readonly int[] _ids;
    private readonly int _shift;

    /// <param name="capacity">Most pairs that will be set.</param>
    public MergeTable(int capacity)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * Math.Max(capacity, 4)));
        _keys = new ulong[size];
        _keys.AsSpan().Fill(Empty);
        _ranks = new int[size];
        _ids = new int[size];
        _shift = 64 - BitOperations.Log2((uint)size);
    }

    /// <summary>Sets what a pair joins to; a pair that was set before takes the new values, as in the reference.</summary>
    public void Set(int left, int right, int rank, int id)
    {
        int slot = Slot(Key(left, right));
        _keys[slot] = Key(left, right);
        _ranks[slot] = rank;
        _ids[slot] = id;
    }

    /// <summary>The rank of the pair (lower joins first), or <see cref="int.MaxValue"/> if it does not join.</summary>
    public int RankOf(int left, int right, out int id)
    {
        int slot = Slot(Key(left, right));
        id = _ids[slot];
        return _keys[slot] == Empty ? int.MaxValue : _ranks[slot];
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private int Slot(ulong key)
    {
        ulong mixed = (key ^ key >> 32) * s_salt;
        mixed = (mixed ^ mixed >> 29) * 0x9E3779B97F4A7C15;
        int slot = (int)(mixed >> _shift);
        while (_keys[slot] != Empty && _keys[slot] != key) slot = slot + 1 & _keys.Length - 1;
        return slot;
    }
}
