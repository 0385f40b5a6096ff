using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Spa.Engine.Data;

/// <summary>
/// Turns the bytes of one row into an object whose strings are all valid text, so that no later use of the object can throw. Numbers keep
/// the digits of the file.
/// </summary>
internal static class JsonRow
{
    /// <summary>The object in <paramref name="utf8"/>, whose first byte stands at <paramref name="location"/> and <paramref name="column"/> (from 1).</summary>
    /// <exception cref="SpaException">Bad UTF-8, bad JSON, a repeated key, an unpaired surrogate, or not an object.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> utf8, RowLocation location, int column, RowLimits limits)
    {
        JsonNode? node = ParseValue(utf8, location, column, limits);
        return node as JsonObject ?? throw new SpaException($"{location}: expected a JSON object {{...}}, found {NameOf(node)}");
    }

    /// <summary>The value in <paramref name="utf8"/>, as for <see cref="Parse"/>; null for <c>null</c>.</summary>
    /// <exception cref="SpaException">Bad UTF-8, bad JSON, a repeated key or an unpaired surrogate.</exception>
    public static JsonNode? ParseValue(ReadOnlySpan<byte> utf8, RowLocation location, int column, RowLimits limits)
    {
        if (!Utf8.IsValid(utf8)) throw BadText(utf8, FirstInvalid(utf8), location, column, "not UTF-8 text; save the file as UTF-8");
        if (utf8.IndexOf("\\u"u8) >= 0) CheckEscapes(utf8, location, column, limits);
        try
        {
            JsonDocumentOptions options = new() { MaxDepth = limits.MaxDepth, AllowDuplicateProperties = false };
            return JsonNode.Parse(utf8, documentOptions: options);
        }
        catch (JsonException e)
        {
            throw BadJson(utf8, e, location, column);
        }
    }

    /// <summary>
    /// A copy without the fields that are null, at any depth: tables fill with null what one of their rows has and another has not. Entries of lists stay. TRL does the same.
    /// </summary>
    public static JsonNode? WithoutNulls(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, WithoutNulls(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(WithoutNulls)]),
        _ => node?.DeepClone(),
    };

    /// <summary>How a value reads in a message: "a string", "null".</summary>
    public static string NameOf(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    /// <summary>Escaped surrogates without their other half pass JSON's grammar and fail when the string is read; they are found here.</summary>
    private static void CheckEscapes(ReadOnlySpan<byte> utf8, RowLocation location, int column, RowLimits limits)
    {
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = limits.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) _ = reader.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            throw BadText(utf8, (int)reader.TokenStartIndex, location, column, "the string has half of a surrogate pair (\\ud800 to \\udfff); write both halves");
        }
        catch (JsonException e)
        {
            throw BadJson(utf8, e, location, column);
        }
    }

    private static SpaException BadJson(ReadOnlySpan<byte> utf8, JsonException e, RowLocation location, int column)
    {
        int lineStart = 0;
        for (long line = 0; line < (e.LineNumber ?? 0); line++) lineStart += utf8[lineStart..].IndexOf((byte)'\n') + 1;
        int offset = (int)Math.Min(lineStart + (e.BytePositionInLine ?? 0), utf8.Length);
        int cut = e.Message.IndexOf(" Path:", StringComparison.Ordinal);
        if (cut < 0) cut = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string what = cut < 0 ? e.Message : e.Message[..cut];
        if (location.IsLine && what.StartsWith("Expected depth to be zero", StringComparison.Ordinal)) what = "the object does not end on its line; write one object a line, or all rows as one array.";
        return BadText(utf8, offset, location, column, $"not valid JSON: {what.ReplaceLineEndings(" ")}", e);
    }

    private static SpaException BadText(ReadOnlySpan<byte> utf8, int offset, RowLocation location, int column, string what, Exception? inner = null)
    {
        ReadOnlySpan<byte> before = utf8[..offset];
        int line = before.Count((byte)'\n');
        int lineStart = before.LastIndexOf((byte)'\n') + 1;
        int at = Encoding.UTF8.GetCharCount(before[lineStart..]) + (line == 0 ? column : 1);
        string message = $"{location with { Number = location.Number + line }}:{at}: {what}";
        return inner is null ? new SpaException(message) : new SpaException(message, inner);
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        int offset = 0;
        while (Rune.DecodeFromUtf8(utf8[offset..], out _, out int used) == System.Buffers.OperationStatus.Done) offset += used;
        return offset;
    }
}
