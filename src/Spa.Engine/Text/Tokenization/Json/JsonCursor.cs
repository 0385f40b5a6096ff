using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>A place in a JSON file that came from outside. Every access checks, every failure is one line with the file and the place.</summary>
/// <param name="element">The value here.</param>
/// <param name="file">The name that errors show.</param>
/// <param name="path">Where the value stands in it.</param>
internal readonly struct JsonCursor(JsonElement element, string file, string path)
{
    public JsonElement Element => element;

    /// <summary>The value of a property, or null where it is absent or <c>null</c>.</summary>
    public JsonCursor? Find(string name)
    {
        Expect(JsonValueKind.Object);
        if (!element.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
        return new JsonCursor(value, file, path.Length == 0 ? name : $"{path}.{name}");
    }

    public JsonCursor Require(string name) => Find(name) ?? throw Error($"expected a field '{name}', found none");

    public IEnumerable<JsonCursor> Items()
    {
        Expect(JsonValueKind.Array);
        (string source, string here) = (file, path);
        return element.EnumerateArray().Select((item, i) => new JsonCursor(item, source, $"{here}[{i}]"));
    }

    public string String()
    {
        Expect(JsonValueKind.String);
        return StringOf(element);
    }

    /// <summary>The code point of a string that is one character.</summary>
    public int Character()
    {
        string text = String();
        if (text.Length == 0) throw Error("expected one character, found none");
        int codePoint = CharClasses.CodePointAt(text, 0, out int unit);
        return unit == text.Length ? codePoint : throw Error($"expected one character, found '{Shorten(text)}'");
    }

    /// <summary>The text of a string value; escapes that are no Unicode text are refused.</summary>
    public string StringOf(JsonElement value)
    {
        try
        {
            return value.GetString() ?? throw Error("expected a string, found null");
        }
        catch (InvalidOperationException)
        {
            throw Error("expected a string of Unicode text");
        }
    }

    /// <summary>The name of a property of this object; escapes that are no Unicode text are refused.</summary>
    public string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw Error("a field name is no Unicode text");
        }
    }

    public bool Boolean() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error($"expected true or false, found {element.ValueKind}"),
    };

    public int Integer()
    {
        Expect(JsonValueKind.Number);
        return element.TryGetInt32(out int value) ? value : throw Error($"expected an integer, found {element.GetRawText()}");
    }

    public T Enum<T>() where T : struct, Enum
    {
        string name = String();
        foreach (T value in System.Enum.GetValues<T>())
            if (value.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        throw Error($"expected one of {string.Join(", ", System.Enum.GetNames<T>())}, found '{Shorten(name)}'");
    }

    /// <summary>The field <c>type</c>, by which components are named.</summary>
    public string Type() => Require("type").String();

    public void Expect(JsonValueKind kind)
    {
        if (element.ValueKind != kind) throw Error($"expected {kind}, found {element.ValueKind}");
    }

    public SpaException Error(string message) => new($"{file}: {(path.Length == 0 ? "top level" : path)}: {message}");

    public SpaException Unsupported(string kind, string type) => Error($"the {kind} '{Shorten(type)}' is not supported; docs/formats.md lists those that are");

    /// <summary>The error for a file that is no JSON at all.</summary>
    public static SpaException Damaged(string file, JsonException error) =>
        new($"{file}: expected JSON, found an error at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}; get the file again", error);

    /// <summary>Text of unknown length and content, fit for an error of one line.</summary>
    public static string Shorten(string text)
    {
        string start = text.Length > 60 ? text[..60] + "..." : text;
        return string.Concat(start.Select(c => char.IsControl(c) ? '?' : c));
    }
}
