using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration;

/// <summary>
/// A configuration in JSON, read by JSON's rules: tabs may indent and surrogate pairs may be escaped, which YAML readers do not take.
/// </summary>
internal static class JsonConfiguration
{
    /// <summary>False where the text is not JSON; it may then be YAML in braces.</summary>
    public static bool TryRead(ConfigurationDocument document, string text)
    {
        try
        {
            JsonDocumentOptions options = new() { MaxDepth = 32, AllowDuplicateProperties = true };
            if (JsonNode.Parse(text, documentOptions: options) is not { } node || node.GetValueKind() != JsonValueKind.Object) return false;
        }
        catch (JsonException)
        {
            return false;
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = 32 });
        reader.Read();
        LineCounter lines = new(utf8);
        try
        {
            document.Root = (JsonObject)Node(ref reader, document, lines, "")!;
        }
        catch (InvalidOperationException)
        {
            throw new UsageException($"{document.Name}:{lines.At(reader.TokenStartIndex)}: a string has half of a surrogate pair; write both halves");
        }

        return true;
    }

    private static JsonNode? Node(ref Utf8JsonReader reader, ConfigurationDocument document, LineCounter lines, string path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Map(ref reader, document, lines, path);
            case JsonTokenType.StartArray:
                JsonArray list = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Add(Node(ref reader, document, lines, path));
                return list;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.Number:
                return YamlScalar.Parse(Encoding.UTF8.GetString(reader.ValueSpan), $"{document.Name}:{lines.At(reader.TokenStartIndex)}");
            default:
                return reader.TokenType == JsonTokenType.Null ? null : JsonValue.Create(reader.GetBoolean());
        }
    }

    private static JsonObject Map(ref Utf8JsonReader reader, ConfigurationDocument document, LineCounter lines, string path)
    {
        JsonObject map = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = reader.GetString()!;
            int line = lines.At(reader.TokenStartIndex);
            if (map.ContainsKey(key)) throw new UsageException($"{document.Name}:{line}: the key '{key}' is written twice");
            string inner = path.Length == 0 ? key : $"{path}.{key}";
            document.SetPlace(inner, line);
            reader.Read();
            map.Add(key, Node(ref reader, document, lines, inner));
        }

        return map;
    }

    /// <summary>Line of a byte offset, asked for in rising order.</summary>
    private sealed class LineCounter(byte[] utf8)
    {
        private int _offset;
        private int _line = 1;

        public int At(long offset)
        {
            _line += utf8.AsSpan(_offset, (int)offset - _offset).Count((byte)'\n');
            _offset = (int)offset;
            return _line;
        }
    }
}
