using System.Numerics;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// Strings by their prefixes, a number each. The edges lie in two flat arrays with open addressing, for every character of a text takes a step here; the hash is
/// salted per process so that no file can be made to collide. Not changed after it was filled, then safe to read from many threads.
/// </summary>
internal sealed class CharTrie
{
    /// <summary>Where every string begins.</summary>
    public const int Root = 0;

    private const ulong Empty = ulong.MaxValue;

    private static readonly ulong s_salt = (ulong)Random.Shared.NextInt64() | 1;

    private readonly List<int> _values = [-1];
    private ulong[] _keys = [Empty, Empty, Empty, Empty];
    private int[] _nodes = new int[4];

    /// <summary>Sets the number of a string, 0 or more; one that was set before is replaced.</summary>
    public void Set(ReadOnlySpan<char> text, int value)
    {
        int node = Root;
        foreach (char c in text)
        {
            int next = Next(node, c);
            node = next >= 0 ? next : Append(node, c);
        }
        _values[node] = value;
    }

    /// <summary>The node one character further, or -1.</summary>
    public int Next(int node, char c)
    {
        ulong key = Key(node, c);
        int slot = Slot(key);
        return _keys[slot] == key ? _nodes[slot] : -1;
    }

    /// <summary>The node that a string leads to, or -1 where none begins with it.</summary>
    public int Find(ReadOnlySpan<char> text)
    {
        int node = Root;
        for (int i = 0; i < text.Length && node >= 0; i++) node = Next(node, text[i]);
        return node;
    }

    /// <summary>The number of the string that ends at a node, or -1.</summary>
    public int ValueAt(int node) => _values[node];

    private int Append(int node, char c)
    {
        // At most half full: an edge per node but the root.
        if (2 * _values.Count > _keys.Length) Grow();
        int slot = Slot(Key(node, c));
        _keys[slot] = Key(node, c);
        _nodes[slot] = _values.Count;
        _values.Add(-1);
        return _nodes[slot];
    }

    private void Grow()
    {
        (ulong[] keys, int[] nodes) = (_keys, _nodes);
        _keys = new ulong[2 * keys.Length];
        _keys.AsSpan().Fill(Empty);
        _nodes = new int[_keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] == Empty) continue;
            int slot = Slot(keys[i]);
            (_keys[slot], _nodes[slot]) = (keys[i], nodes[i]);
        }
    }

    private static ulong Key(int node, char c) => (ulong)(uint)node << 16 | c;

    private int Slot(ulong key)
    {
        ulong mixed = (key ^ key >> 32) * s_salt;
        mixed = (mixed ^ mixed >> 29) * 0x9E3779B97F4A7C15;
        int slot = (int)(mixed >> 64 - BitOperations.Log2((uint)_keys.Length));
        while (_keys[slot] != Empty && _keys[slot] != key) slot = slot + 1 & _keys.Length - 1;
        return slot;
    }
}
