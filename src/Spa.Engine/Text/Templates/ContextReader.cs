using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Text.Templates;

/// <summary>
/// Copies what a caller passes into values of the template language. Only plain data gets through, so no object of the host is ever
/// within a template's reach. JSON numbers keep their kind: 1 is an integer of any size, 1.0 a float.
/// </summary>
internal sealed class ContextReader(RenderContext context)
{
    /// <exception cref="TemplateException">The value, or one inside it, is no plain data.</exception>
    public object? Read(object? value)
    {
        try
        {
            return ReadValue(value);
        }
        catch (ArgumentException)
        {
            throw new TemplateException(TemplateErrorKind.ValueError, "an object among the template's variables has the same key twice");
        }
        catch (InvalidOperationException)
        {
            throw new TemplateException(TemplateErrorKind.ValueError, "a string among the template's variables has half a surrogate pair");
        }
    }

    private object? ReadValue(object? value)
    {
        context.CheckStack();
        context.Step();
        switch (value)
        {
            case null or string or bool or double or BigInteger: return value is BigInteger big ? Integer.Normalize(big) : value;
            case int or long or short or byte or uint or sbyte or ushort: return Box.Of(Convert.ToInt64(value, CultureInfo.InvariantCulture));
            case ulong large: return Integer.Normalize(large);
            case float single: return (double)single;
            case JsonElement element: return ReadElement(element);
            case JsonNode node: return ReadNode(node);
            case ChatMessage message: return ReadPairs([new("role", message.Role), new("content", message.Content)]);
            case IEnumerable<KeyValuePair<string, object?>> pairs: return ReadPairs(pairs);
            case IEnumerable items: return new ListValue([.. items.Cast<object?>().Select(ReadValue)]);
            default:
                throw new TemplateException(
                    TemplateErrorKind.TypeError, $"a template variable is a {value.GetType().Name}; expected null, a string, a number, a bool, JSON, a list or a "
                        + "dictionary");
        }
    }

    private DictValue ReadPairs(IEnumerable<KeyValuePair<string, object?>> pairs)
    {
        DictValue dict = new(context.Keys);
        foreach ((string key, object? value) in pairs) dict.Set(key, ReadValue(value));
        return dict;
    }

    private object? ReadNode(JsonNode node)
    {
        switch (node)
        {
            case JsonArray array:
                object?[] items = new object?[array.Count];
                for (int i = 0; i < items.Length; i++) items[i] = ReadValue(array[i]);
                return new ListValue(items);
            case JsonObject json:
                DictValue dict = new(context.Keys, Math.Max(4, json.Count));
                foreach ((string key, JsonNode? value) in json) dict.Set(key, ReadValue(value));
                return dict;
        }

        JsonValue scalar = node.AsValue();
        if (scalar.TryGetValue(out JsonElement element)) return ReadElement(element);
        if (scalar.TryGetValue(out string? text)) return text;
        using JsonDocument document = JsonDocument.Parse(scalar.ToJsonString());
        return ReadElement(document.RootElement);
    }

    private object? ReadElement(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined: return null;
            case JsonValueKind.True: return Box.True;
            case JsonValueKind.False: return Box.False;
            case JsonValueKind.String: return element.GetString();
            case JsonValueKind.Number: return ReadNumber(element.GetRawText());
            case JsonValueKind.Array:
                object?[] items = new object?[element.GetArrayLength()];
                int at = 0;
                foreach (JsonElement item in element.EnumerateArray()) items[at++] = ReadValue(item);
                return new ListValue(items);
            default:
                DictValue dict = new(context.Keys);
                foreach (JsonProperty property in element.EnumerateObject()) dict.Set(property.Name, ReadValue(property.Value));
                return dict;
        }
    }

    private static object ReadNumber(string text)
    {
        if (text.AsSpan().IndexOfAny(".eE") >= 0) return double.Parse(text, CultureInfo.InvariantCulture);
        return Integer.Parse(text) ?? throw new TemplateException(
            TemplateErrorKind.ValueError, $"a template variable is an integer of {text.Length} digits, of at most {Integer.MaxDigits}");
    }
}
