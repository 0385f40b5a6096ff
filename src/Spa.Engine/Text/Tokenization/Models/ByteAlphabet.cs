using System.Buffers;
using System.Text;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// GPT-2's visible characters for the 256 bytes (bytes_to_unicode in its encoder.py): printable Latin-1 stands for itself, the other 68
/// bytes take U+0100 and up in order.
/// </summary>
internal static class ByteAlphabet
{
    /// <summary>One past the highest character in use.</summary>
    public const int End = 0x100 + 68;

    private static readonly char[] s_charOf = BuildChars();
    private static readonly short[] s_byteOf = BuildBytes();

    /// <summary>The 256 characters in the order of the bytes they stand for.</summary>
    public static ReadOnlySpan<char> Chars => s_charOf;

    /// <summary>The byte a character stands for, or -1.</summary>
    public static int ByteOf(char c) => c < End ? s_byteOf[c] : -1;

    /// <summary>The UTF-8 bytes of a text, a character each.</summary>
    public static string Map(ReadOnlySpan<char> text)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(MaxLength(text.Length));
        string mapped = new(buffer, 0, Map(text, buffer));
        ArrayPool<char>.Shared.Return(buffer);
        return mapped;
    }

    /// <summary>Writes the mapped text and returns its length; <paramref name="mapped"/> holds at least <see cref="MaxLength"/>.</summary>
    public static int Map(ReadOnlySpan<char> text, Span<char> mapped)
    {
        int count = 0;
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                mapped[count++] = s_charOf[rune.Value];
                continue;
            }
            int length = rune.EncodeToUtf8(bytes);
            for (int i = 0; i < length; i++) mapped[count++] = s_charOf[bytes[i]];
        }
        return count;
    }

    /// <summary>Most bytes that a text of <paramref name="length"/> chars can have in UTF-8.</summary>
    public static int MaxLength(int length) => checked(3 * length);

    private static char[] BuildChars()
    {
        var chars = new char[256];
        int next = 0x100;
        for (int b = 0; b < 256; b++) chars[b] = b is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : (char)next++;
        return chars;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[End];
        Array.Fill(bytes, (short)-1);
        for (int b = 0; b < 256; b++) bytes[s_charOf[b]] = (short)b;
        return bytes;
    }
}
