namespace Spa.Engine.Text.Templates;

/// <summary>The format of one field, <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>, of <c>str.format</c> and, in part, of <c>%</c>.</summary>
internal sealed record FormatSpec
{
    /// <summary>Fields wider and numbers more precise than this are refused.</summary>
    public const int MaxWidth = 10_000;

    private static readonly FormatSpec s_empty = new();

    public string Fill { get; init; } = " ";

    /// <summary>One of &lt; &gt; = ^, or 0 for the type's own.</summary>
    public char Align { get; init; }

    /// <summary>Before numbers that are not negative: '+', ' ' or 0 for nothing.</summary>
    public char Sign { get; init; }

    public bool Alternate { get; init; }

    public int Width { get; init; }

    public char Grouping { get; init; }

    public int? Precision { get; init; }

    public char Type { get; init; }

    /// <summary>The option <c>z</c>: what rounds to zero has no minus sign.</summary>
    public bool NoNegativeZero { get; init; }

    /// <summary>Whether nothing was asked for.</summary>
    public bool IsEmpty => this == s_empty;

    public static FormatSpec Parse(string text)
    {
        int at = 0;
        string fill = " ";
        char align = '\0';
        int fillWidth = text.Length > 0 ? CodePoints.WidthAt(text, 0) : 0;
        if (text.Length > fillWidth && IsAlign(text[fillWidth]))
        {
            (fill, align, at) = (text[..fillWidth], text[fillWidth], fillWidth + 1);
        }
        else if (text.Length > 0 && IsAlign(text[0]))
        {
            (align, at) = (text[0], 1);
        }

        char sign = Take(text, ref at, "+- ");
        bool noNegativeZero = Take(text, ref at, "z") != '\0';
        bool alternate = Take(text, ref at, "#") != '\0';
        if (at < text.Length && text[at] == '0')
        {
            at++;
            if (align == '\0') (fill, align) = ("0", '=');
        }

        int width = TakeNumber(text, ref at) ?? 0;
        char grouping = Take(text, ref at, ",_");
        int? precision = null;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            precision = TakeNumber(text, ref at) ?? throw new TemplateException(TemplateErrorKind.ValueError, "Format specifier missing precision");
        }

        char type = at < text.Length ? text[at++] : '\0';
        if (at < text.Length) throw new TemplateException(TemplateErrorKind.ValueError, $"Invalid format specifier {Repr.Of(text)}");
        return new FormatSpec
        {
            Fill = fill,
            Align = align,
            Sign = sign == '-' ? '\0' : sign,
            Alternate = alternate,
            Width = width,
            Grouping = grouping,
            Precision = precision,
            Type = type,
            NoNegativeZero = noNegativeZero,
        };
    }

    /// <summary>Reads decimal digits; null where there are none.</summary>
    public static int? TakeNumber(string text, ref int at)
    {
        int start = at;
        int value = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            value = value * 10 + (text[at++] - '0');
            if (value > MaxWidth) throw new TemplateException(TemplateErrorKind.LimitExceeded, $"a field of more than {MaxWidth} characters");
        }

        return at == start ? null : value;
    }

    /// <summary>Pads a text, or a number whose sign and prefix come apart from its digits.</summary>
    public string Pad(string prefix, string body, char defaultAlign)
    {
        int missing = Width - CodePoints.Count(prefix) - CodePoints.Count(body);
        if (missing <= 0) return prefix + body;
        char align = Align == '\0' ? defaultAlign : Align;
        int before = align switch { '<' => 0, '^' => missing / 2, _ => missing };
        string left = string.Concat(Enumerable.Repeat(Fill, before));
        string right = string.Concat(Enumerable.Repeat(Fill, missing - before));
        return align == '=' ? prefix + left + body : left + prefix + body + right;
    }

    private static bool IsAlign(char c) => c is '<' or '>' or '=' or '^';

    private static char Take(string text, ref int at, string any) => at < text.Length && any.Contains(text[at]) ? text[at++] : '\0';
}
