using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Spa.Engine.Formats;

/// <summary>JSON files that hold one object, read as hostile input: size, depth, duplicate keys, bad UTF-8 and lone surrogates are checked.</summary>
public static class JsonFiles
{
    /// <summary>Far more than any config, index or tokenizer_config has.</summary>
    public const long MaxBytes = 100_000_000;

    private static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <exception cref="SpaException">The file is missing, too large, or not one JSON object.</exception>
    public static JsonObject ReadObject(string path)
    {
        byte[] bytes = ReadBytes(path);
        try
        {
            RequireText(bytes);
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            return JsonNode.Parse(bytes, null, options) as JsonObject ?? throw new SpaException($"'{path}' must hold a JSON object, found another value");
        }
        catch (JsonException error)
        {
            throw new SpaException($"'{path}' is not valid JSON{Where(error)}: {Reason(error)}", error);
        }
        catch (InvalidOperationException error)
        {
            throw new SpaException($"'{path}' is not valid JSON: a string is not valid Unicode", error);
        }
    }

    /// <summary>An object that somebody else wrote, held to the same rules as a file; null where the text is not one.</summary>
    public static JsonObject? TryParse(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            RequireText(bytes);
            return JsonNode.Parse(bytes, null, new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A whole text file.</summary>
    /// <exception cref="SpaException">The file is missing, too large, or not UTF-8.</exception>
    public static string ReadText(string path)
    {
        byte[] bytes = ReadBytes(path);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new SpaException($"'{path}' is not UTF-8 text; copy or download it again");
    }

    /// <summary>Writes an object, indented by two, whole or not at all.</summary>
    /// <exception cref="SpaException">The file cannot be written.</exception>
    public static void WriteObject(string path, JsonObject value) => AtomicFile.WriteAllText(path, value.ToJsonString(s_indented) + "\n");

    private static byte[] ReadBytes(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxBytes) throw new SpaException($"'{path}' has {length:N0} bytes; at most {MaxBytes:N0} are expected");
            byte[] bytes = File.ReadAllBytes(path);
            return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Reading(path, error);
        }
    }

    // JSON nodes decode strings on first use; what cannot be decoded has to show here, not there.
    private static void RequireText(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String) reader.GetString();
        }
    }

    private static string Where(JsonException error) => error.LineNumber is { } line ? $" (line {line + 1}, byte {error.BytePositionInLine + 1})" : "";

    private static string Reason(JsonException error)
    {
        string message = error.Message.ReplaceLineEndings(" ");
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (position < 0 ? message : message[..position]).TrimEnd('.');
    }
}
