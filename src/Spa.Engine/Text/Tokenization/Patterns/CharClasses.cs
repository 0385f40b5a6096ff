using System.Globalization;
using System.Text;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// The classes of code points that tokenizer patterns speak of, over Unicode 16 as the runtime's own tables have it (they were found equal to
/// the classes of the reference's pattern engine). All methods take code points, never halves of a surrogate pair.
/// </summary>
internal static class CharClasses
{
    private static readonly CharKind[] s_basicPlane = BuildBasicPlane();

    /// <summary>Letter, number, white space or anything else: the four kinds that split text in the GPT family.</summary>
    public static CharKind KindOf(int codePoint) => codePoint < 0x10000 ? s_basicPlane[codePoint] : Classify(codePoint);

    /// <summary>The kind of the code point at <paramref name="index"/>, which takes one or two chars.</summary>
    public static CharKind KindAt(ReadOnlySpan<char> text, int index, out int length)
    {
        char c = text[index];
        if (!char.IsHighSurrogate(c) || index + 1 >= text.Length)
        {
            length = 1;
            return s_basicPlane[c];
        }
        length = 2;
        return Classify(char.ConvertToUtf32(c, text[index + 1]));
    }

    /// <summary>The code point at <paramref name="index"/>; an unpaired surrogate, which sanitised text does not hold, counts as itself.</summary>
    public static int CodePointAt(ReadOnlySpan<char> text, int index, out int length)
    {
        char c = text[index];
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(c, text[index + 1]);
        }
        length = 1;
        return c;
    }

    /// <summary>The number of code points of a text without unpaired surrogates.</summary>
    public static int CountCodePoints(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        foreach (char c in text)
            if (char.IsLowSurrogate(c)) count--;
        return count;
    }

    /// <summary>What the pre-tokenizer Digits takes for a number: <c>\p{N}</c> of Unicode 17, which the reference's library knows there.</summary>
    public static bool IsNumber(int codePoint) =>
        KindOf(codePoint) == CharKind.Number || codePoint is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);

    /// <summary><c>\s</c>: the property White_Space.</summary>
    public static bool IsWhiteSpace(int codePoint) => codePoint < 0x10000 && char.IsWhiteSpace((char)codePoint);

    /// <summary><c>\w</c> of UTS 18: Alphabetic, marks, decimal digits, connector punctuation, the two joiners.</summary>
    public static bool IsWord(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.Format => codePoint is 0x200C or 0x200D,
        UnicodeCategory.OtherSymbol => codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169)
            or (>= 0x1F170 and <= 0x1F189),
        _ => false,
    };

    /// <summary>The same text with every unpaired surrogate replaced by U+FFFD; the same object if there is none.</summary>
    public static string ReplaceLoneSurrogates(string text)
    {
        int first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0) return text;
        StringBuilder? clean = null;
        for (int i = first; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                i++;
                continue;
            }
            clean ??= new StringBuilder(text);
            clean[i] = '\uFFFD';
        }
        return clean?.ToString() ?? text;
    }

    private static CharKind Classify(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        <= UnicodeCategory.OtherLetter => CharKind.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharKind.Number,
        _ => IsWhiteSpace(codePoint) ? CharKind.Space : CharKind.Other,
    };

    private static CharKind[] BuildBasicPlane()
    {
        var kinds = new CharKind[0x10000];
        for (int c = 0; c < kinds.Length; c++) kinds[c] = Classify(c);
        return kinds;
    }
}
