using System.Text;

namespace Spa.Engine.Text.Tokenization;

/// <summary>The tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, which stand for the bytes of what has no other token.</summary>
/// <param name="idOf">The id of a token, or null.</param>
internal sealed class ByteTokens(Func<string, int?> idOf)
{
    private readonly int[] _ids = [.. Enumerable.Range(0, 256).Select(b => idOf($"<0x{b:X2}>") ?? -1)];

    /// <summary>Adds the tokens of a text's UTF-8 bytes if there is one for every byte; else adds none and returns false.</summary>
    public bool TryAdd(ReadOnlySpan<char> text, BpeWord symbols)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            foreach (byte b in bytes[..rune.EncodeToUtf8(bytes)])
                if (_ids[b] < 0) return false;
        }
        foreach (Rune rune in text.EnumerateRunes())
        {
            foreach (byte b in bytes[..rune.EncodeToUtf8(bytes)]) symbols.Add(_ids[b]);
        }
        return true;
    }
}
