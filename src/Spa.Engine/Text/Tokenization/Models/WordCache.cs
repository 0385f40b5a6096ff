namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// The ids of words met before. Text repeats itself, so this is where tokenising gets its speed. Its memory is bounded (about 3 MB): when
/// it is full it starts again from nothing. Not thread-safe; each <see cref="EncodeScratch"/> has one.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer words are seldom met twice.</summary>
    public const int MaxWord = 48;

    private const int Slots = 1 << 15;
    private const int MaxWords = Slots / 4 * 3;

    private readonly Slot[] _slots = new Slot[Slots];
    private readonly char[] _chars = new char[MaxWords * 12];
    private readonly int[] _ids = new int[MaxWords * 6];
    private int _words;
    private int _charCount;
    private int _idCount;

    /// <summary>The ids of a word; valid until the next <see cref="Add"/>.</summary>
    public bool TryGet(ReadOnlySpan<char> word, out ReadOnlySpan<int> ids)
    {
        ref Slot slot = ref Find(word, string.GetHashCode(word));
        ids = _ids.AsSpan(slot.FirstId, slot.IdCount);
        return slot.Length > 0;
    }

    /// <summary>Remembers a word that is not there, of 1 to <see cref="MaxWord"/> chars.</summary>
    public void Add(ReadOnlySpan<char> word, ReadOnlySpan<int> ids)
    {
        if (ids.Length > ushort.MaxValue) return;
        if (_words == MaxWords || _charCount + word.Length > _chars.Length || _idCount + ids.Length > _ids.Length) Clear();
        int hash = string.GetHashCode(word);
        ref Slot slot = ref Find(word, hash);
        slot = new Slot(hash, _charCount, _idCount, (ushort)word.Length, (ushort)ids.Length);
        word.CopyTo(_chars.AsSpan(_charCount));
        ids.CopyTo(_ids.AsSpan(_idCount));
        _words++;
        _charCount += word.Length;
        _idCount += ids.Length;
    }

    private void Clear()
    {
        Array.Clear(_slots);
        (_words, _charCount, _idCount) = (0, 0, 0);
    }

    private ref Slot Find(ReadOnlySpan<char> word, int hash)
    {
        int at = hash & Slots - 1;
        while (true)
        {
            ref Slot slot = ref _slots[at];
            if (slot.Length == 0) return ref slot;
            if (slot.Hash == hash && word.SequenceEqual(_chars.AsSpan(slot.FirstChar, slot.Length))) return ref slot;
            at = at + 1 & Slots - 1;
        }
    }

    private readonly record struct Slot(int Hash, int FirstChar, int FirstId, ushort Length, ushort IdCount);
}
