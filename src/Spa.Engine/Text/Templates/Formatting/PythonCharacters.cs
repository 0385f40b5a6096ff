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

    public static bool IsUpper(int point) => Category(point) == UnicodeCategory.UppercaseLetter || point is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF);

    public static bool IsLower(int point) =>
        Category(point) == UnicodeCategory.LowercaseLetter || point is 0xAA or 0xBA or (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9) or (>= 0x2B0 and <= 0x2B8);

    public static bool IsTitle(int point) => Category(point) == UnicodeCategory.TitlecaseLetter;

    public static bool IsCased(int point) => IsUpper(point) || IsLower(point) || IsTitle(point);

    public static bool IsSpace(int point) => point < 0x10000 && PythonSpace.Is((char)point);
}
