using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Methods of strings that ask what kind of characters they are made of.</summary>
internal static class StringTestMethods
{
    public static readonly Builtin[] All =
    [
        Every("isalpha", PythonCharacters.IsAlpha),
        Every("isdecimal", PythonCharacters.IsDecimal),
        Every("isdigit", PythonCharacters.IsDigit),
        Every("isnumeric", PythonCharacters.IsNumeric),
        Every("isalnum", point => PythonCharacters.IsAlpha(point) || PythonCharacters.IsNumeric(point)),
        Every("isspace", PythonCharacters.IsSpace),
        Whole("isprintable", text => Array.TrueForAll(CodePoints.ToArray(text), PythonCharacters.IsPrintable)),
        new("isascii", "", (_, self, _) => Box.Of(Ascii.IsValid(self!.ToString()!))),
        Whole("isidentifier", text => IsIdentifier(text)),
        Whole("isupper", text => IsCase(text, PythonCharacters.IsUpper)),
        Whole("islower", text => IsCase(text, PythonCharacters.IsLower)),
        Whole("istitle", text => IsTitle(text)),
    ];

    /// <summary>At least one cased character, and all of them of one case.</summary>
    public static bool IsCase(string text, Func<int, bool> wanted)
    {
        bool any = false;
        foreach (int point in CodePoints.ToArray(text))
        {
            if (!PythonCharacters.IsCased(point)) continue;
            if (!wanted(point)) return false;
            any = true;
        }

        return any;
    }

    private static bool IsTitle(string text)
    {
        bool any = false;
        bool inWord = false;
        foreach (int point in CodePoints.ToArray(text))
        {
            bool capital = PythonCharacters.IsUpper(point) || PythonCharacters.IsTitle(point);
            bool small = PythonCharacters.IsLower(point);
            if ((capital && inWord) || (small && !inWord)) return false;
            any |= capital || small;
            inWord = capital || small;
        }

        return any;
    }

    private static bool IsIdentifier(string text)
    {
        int[] points = CodePoints.ToArray(text);
        return points.Length > 0 && PythonCharacters.IsIdentifierStart(points[0]) && Array.TrueForAll(points, PythonCharacters.IsIdentifierPart);
    }

    private static Builtin Whole(string name, Predicate<string> test) => new(name, "", (context, self, _) =>
    {
        string text = self!.ToString()!;
        context.ChargeScan(text.Length);
        return Box.Of(test(text));
    });

    private static Builtin Every(string name, Predicate<int> test) => Whole(name, text =>
    {
        int[] points = CodePoints.ToArray(text);
        return points.Length > 0 && Array.TrueForAll(points, test);
    });
}
