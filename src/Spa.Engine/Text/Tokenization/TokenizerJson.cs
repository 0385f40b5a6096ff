using System.Text.Encodings.Web;
using System.Text.Json;
using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Text;

/// <summary>
/// Hugging Face's <c>tokenizer.json</c>, followed exactly as written. (Python's transformers rebuilds some pipelines instead of reading
/// them, Llama's for one, and then gets other ids on a part of all texts.)
/// </summary>
public static class TokenizerJson
{
    /// <summary>The largest published file has 33 MB.</summary>
    private const long MaxBytes = 512L << 20;

    /// <summary>Far more than any real pipeline nests, far less than a stack holds.</summary>
    private const int MaxDepth = 32;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SpaException">The file is missing, damaged, too large, or names a component that is not supported.</exception>
    public static Tokenizer Load(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
                throw new SpaException($"{path}: {stream.Length} bytes are more than the limit of {MaxBytes}; is this a tokenizer.json?");
            return Parse(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpaException($"{path}: the tokenizer cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a tokenizer from a stream.</summary>
    /// <param name="stream">UTF-8 JSON up to its end.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="SpaException">As for <see cref="Load"/>.</exception>
    public static Tokenizer Parse(Stream stream, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(new JsonCursor(document.RootElement, name, ""));
        }
        catch (JsonException e)
        {
            throw JsonCursor.Damaged(name, e);
        }
        catch (InvalidOperationException e)
        {
            // A name or a string with half of a surrogate pair passes JSON's grammar and fails when it is read.
            throw new SpaException($"{name}: not a tokenizer.json: a string is not valid Unicode; copy or download it again", e);
        }
        catch (FormatException e)
        {
            throw new SpaException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>Writes a tokenizer as a file that this reader and Hugging Face's libraries load. The file appears whole or not at all.</summary>
    /// <exception cref="SpaException">The file cannot be written.</exception>
    public static void Save(Tokenizer tokenizer, string path)
    {
        string temporary = path + ".tmp";
        try
        {
            using (FileStream stream = File.Create(temporary))
            {
                Write(tokenizer, stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            throw new SpaException($"{path}: the tokenizer cannot be written: {e.Message}; check the folder's permissions and free space", e);
        }
    }

    /// <summary>Writes a tokenizer to a stream, the same bytes every time.</summary>
    public static void Write(Tokenizer tokenizer, Stream stream)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
        tokenizer.Write(json);
    }

    private static Tokenizer Read(JsonCursor json)
    {
        return new Tokenizer(new TokenizerParts(TokenModelReader.Read(json.Require("model")))
        {
            AddedTokens = json.Find("added_tokens") is JsonCursor added ? [.. added.Items().Select(AddedToken.Read)] : [],
            Normalizer = json.Find("normalizer") is JsonCursor n ? NormalizerReader.Read(n) : null,
            PreTokenizer = json.Find("pre_tokenizer") is JsonCursor p ? PreTokenizerReader.Read(p) : null,
            PostProcessor = json.Find("post_processor") is JsonCursor o ? PostProcessorReader.Read(o) : null,
            Decoder = json.Find("decoder") is JsonCursor d ? DecoderReader.Read(d) : null,
        });
    }
}
