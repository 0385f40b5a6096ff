using System.Globalization;

namespace Spa.Engine.Text.Templates;

/// <summary>Classes of characters as Python's string methods know them.</summary>
internal static class PythonCharacters
{
    public static UnicodeCategory Category(int point) => CharUnicodeInfo.GetUnicodeCategory(point);

    /// <summary>What <c>repr</c> shows as it is.</summary>
    public static bool IsPrintable(int point) => point == ' ' || Category(point) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    public static bool IsAlpha(int point) => Category(point) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    public static bool IsDecimal(int point) => Category(point) == UnicodeCategory.DecimalDigitNumber;

    /// <summary>Decimal digits, and digits in another shape such as superscripts.</summary>
    public static bool IsDigit(int point) => IsDecimal(point) || (point < 0x20000 && CharUnicodeInfo.GetDigitValue(CodePoints.ToText(point), 0) >= 0);

    public static bool IsNumeric(int point) => CharUnicodeInfo.GetNumericValue(CodePoints.ToText(point), 0) >= 0;

    /// <summary>Capitals, and what Unicode calls Other_Uppercase: Roman numerals and letters in circles and squares.</summary>
    public static bool IsUpper(int point) => Category(point) == UnicodeCategory.UppercaseLetter
        || point is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    /// <summary>Small letters, and what Unicode calls Other_Lowercase: ordinals, numerals, letters in circles, raised and lowered letters.</summary>
    public static bool IsLower(int point) => Category(point) == UnicodeCategory.LowercaseLetter
        || point is 0xAA or 0xBA or 0x345 or (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9)
        || (Category(point) == UnicodeCategory.ModifierLetter && point is (>= 0x2B0 and <= 0x2B8) or 0x2C0 or 0x2C1 or (>= 0x2E0 and <= 0x2E4) or 0x37A
            or (>= 0x1D2C and <= 0x1D6A) or 0x1D78 or (>= 0x1D9B and <= 0x1DBF) or 0x2071 or 0x207F or (>= 0x2090 and <= 0x209C) or 0x2C7C or 0x2C7D
            or 0xA69C or 0xA69D or 0xA770 or 0xA7F8 or 0xA7F9 or (>= 0xAB5C and <= 0xAB5F) or (>= 0x10780 and <= 0x107BA));

    public static bool IsIdentifierStart(int point) => point == '_' || IsAlpha(point) || Category(point) == UnicodeCategory.LetterNumber;

    public static bool IsIdentifierPart(int point) => IsIdentifierStart(point) || Category(point) is
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;

    public static bool IsTitle(int point) => Category(point) == UnicodeCategory.TitlecaseLetter;

    public static bool IsCased(int point) => IsUpper(point) || IsLower(point) || IsTitle(point);

    public static bool IsSpace(int point) => point < 0x10000 && PythonSpace.Is((char)point);
}
