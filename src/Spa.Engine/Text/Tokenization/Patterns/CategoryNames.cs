using System.Globalization;

namespace Spa.Engine.Text.Tokenization;

/// <summary>The names of <c>\p{...}</c> that stand for general categories.</summary>
internal static class CategoryNames
{
    private static readonly string[] s_short =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    /// <summary>Upper, lower and title case letters: the categories that ignoring case would have to join.</summary>
    public const int Cased = 1 << (int)UnicodeCategory.UppercaseLetter | 1 << (int)UnicodeCategory.LowercaseLetter
        | 1 << (int)UnicodeCategory.TitlecaseLetter;

    /// <summary>A bit for each category the name covers, <c>L</c> all five kinds of letters; 0 if there is no such name.</summary>
    public static int MaskOf(string name)
    {
        int mask = 0;
        for (int i = 0; i < s_short.Length; i++)
            if (s_short[i] == name || (name.Length == 1 && s_short[i][0] == name[0])) mask |= 1 << i;
        return mask;
    }
}
