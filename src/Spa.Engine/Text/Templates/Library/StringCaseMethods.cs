namespace Spa.Engine.Text.Templates;

/// <summary>Methods of strings that change case or padding. Those of markup return markup.</summary>
internal static class StringCaseMethods
{
    public static readonly Builtin[] All =
    [
        Map("upper", StringCase.Upper),
        Map("lower", StringCase.Lower),
        Map("title", StringCase.Title),
        Map("capitalize", StringCase.Capitalize),
        Map("swapcase", StringCase.Swap),
        Map("casefold", StringCase.Fold),
        Padded("ljust", (text, width, fill) => text + Fill(width - CodePoints.Count(text), fill)),
        Padded("rjust", (text, width, fill) => Fill(width - CodePoints.Count(text), fill) + text),
        Padded("center", Center),
        new("zfill", "/width", (context, self, a) =>
        {
            string text = self!.ToString()!;
            int width = a.Int(context, 0);
            context.ChargeLength(width);
            int sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
            return StringMethods.Like(self, context.Charge(text[..sign] + Fill(width - CodePoints.Count(text), "0") + text[sign..]));
        }),
    ];

    /// <summary>The odd space of an uneven margin goes left where the width is odd, as in Python.</summary>
    public static string Center(string text, int width, string fill)
    {
        int margin = width - CodePoints.Count(text);
        if (margin <= 0) return text;
        int left = margin / 2 + (margin & width & 1);
        return Fill(left, fill) + text + Fill(margin - left, fill);
    }

    private static string Fill(int count, string fill) => count <= 0 ? "" : fill.Length == 1 ? new string(fill[0], count) : string.Concat(Enumerable.Repeat(fill, count));

    private static Builtin Map(string name, Func<string, string> map) =>
        new(name, "", (context, self, _) => StringMethods.Like(self, context.Charge(map(self!.ToString()!))));

    private static Builtin Padded(string name, Func<string, int, string, string> pad) => new(name, "/width /fillchar?", (context, self, a) =>
    {
        int width = a.Int(context, 0);
        string fill = a.TextOrNull(context, 1) ?? " ";
        if (CodePoints.Count(fill) != 1) throw new TemplateException(TemplateErrorKind.TypeError, "The fill character must be exactly one character long");
        context.ChargeLength((long)width * fill.Length);
        return StringMethods.Like(self, context.Charge(pad(self!.ToString()!, width, fill)));
    });
}
