using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// SentencePiece's compiled replacements: a length, a double array of that many bytes (a trie over UTF-8, darts-clone's layout), then the replacements,
/// each ended by a zero. The array is a file's claim, so every step through it is checked.
/// </summary>
internal sealed class CharsMap
{
    /// <summary>Longest replacement in bytes; the longest of Unicode's own has 33. It bounds how much longer a text can become.</summary>
    private const int MaxReplacement = 256;

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <exception cref="FormatException">The message says what is damaged.</exception>
    public CharsMap(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4) throw new FormatException($"expected 4 bytes of length at least, found {bytes.Length}");
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (size % 4 != 0 || size > bytes.Length - 4) throw new FormatException($"the trie claims {size} bytes, {bytes.Length - 4} follow");
        _units = new uint[size / 4];
        for (int i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + 4 * i)..]);
        _replacements = bytes[(4 + (int)size)..].ToArray();
        if (!Utf8.IsValid(_replacements)) throw new FormatException("the replacements are not UTF-8");
        for (int start = 0; start < _replacements.Length;)
        {
            int length = LengthAt(start);
            if (length > MaxReplacement) throw new FormatException($"a replacement has {length} bytes; at most {MaxReplacement} are supported");
            start += length + 1;
        }
    }

    /// <summary>The replacement of the shortest key that a text begins with, or null if it begins with none.</summary>
    public string? Find(ReadOnlySpan<byte> text)
    {
        if (_units.Length == 0) return null;
        uint at = Offset(_units[0]);
        foreach (byte b in text)
        {
            at ^= b;
            if (b == 0 || at >= _units.Length) return null;
            uint unit = _units[at];
            if ((unit & 0x800000FF) != b) return null; // the label, with the bit that marks leaves
            at ^= Offset(unit);
            if ((unit & 0x100) == 0) continue;
            if (at >= _units.Length) return null;
            uint start = _units[at] & 0x7FFFFFFF;
            return start > _replacements.Length ? null : Encoding.UTF8.GetString(_replacements, (int)start, LengthAt((int)start));
        }
        return null;
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[4 + 4 * _units.Length + _replacements.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 4 * _units.Length);
        for (int i = 0; i < _units.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + 4 * i), _units[i]);
        _replacements.CopyTo(bytes, 4 + 4 * _units.Length);
        return bytes;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);

    private int LengthAt(int start)
    {
        int length = _replacements.AsSpan(start).IndexOf((byte)0);
        return length >= 0 ? length : _replacements.Length - start;
    }
}
