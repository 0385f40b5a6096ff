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
        new("isprintable", "", (_, self, _) => Box.Of(Array.TrueForAll(CodePoints.ToArray(self!.ToString()!), PythonCharacters.IsPrintable))),
        new("isascii", "", (_, self, _) => Box.Of(Ascii.IsValid(self!.ToString()!))),
        new("isidentifier", "", (_, self, _) => Box.Of(IsIdentifier(self!.ToString()!))),
        new("isupper", "", (_, self, _) => Box.Of(IsCase(self!.ToString()!, PythonCharacters.IsUpper))),
        new("islower", "", (_, self, _) => Box.Of(IsCase(self!.ToString()!, PythonCharacters.IsLower))),
        new("istitle", "", (_, self, _) => Box.Of(IsTitle(self!.ToString()!))),
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

    private static Builtin Every(string name, Func<int, bool> test) => new(name, "", (context, self, _) =>
    {
        string text = self!.ToString()!;
        context.Step(text.Length / 16);
        int[] points = CodePoints.ToArray(text);
        return Box.Of(points.Length > 0 && Array.TrueForAll(points, point => test(point)));
    });
}
