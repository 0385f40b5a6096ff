using System.Text;
using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Reads the files of a Hugging Face folder into a <see cref="TokenizerConfig"/>.</summary>
internal static class TokenizerConfigFiles
{
    private const long MaxBytes = 64 << 20;

    private const int MaxDepth = 32;

    public static TokenizerConfig Read(string folder)
    {
        using JsonDocument? main = Open(folder, "tokenizer_config.json", out JsonCursor? config);
        using JsonDocument? map = Open(folder, "special_tokens_map.json", out JsonCursor? special);
        using JsonDocument? generationFile = Open(folder, "generation_config.json", out JsonCursor? generation);
        return new TokenizerConfig
        {
            BosToken = Token("bos_token"),
            EosToken = Token("eos_token"),
            PadToken = Token("pad_token"),
            UnknownToken = Token("unk_token"),
            BosTokenId = Ids(generation?.Find("bos_token_id")).Cast<int?>().FirstOrDefault(),
            EosTokenIds = Ids(generation?.Find("eos_token_id")),
            PadTokenId = Ids(generation?.Find("pad_token_id")).Cast<int?>().FirstOrDefault(),
            AddBosToken = config?.Find("add_bos_token")?.Boolean(),
            AddEosToken = config?.Find("add_eos_token")?.Boolean(),
            ChatTemplates = Templates(folder, config?.Find("chat_template")),
            TokenizerClass = config?.Find("tokenizer_class")?.String(),
            ModelMaxLength = config?.Find("model_max_length") is JsonCursor length && length.Element.ValueKind == JsonValueKind.Number
                && length.Element.TryGetInt32(out int tokens) ? tokens : null,
        };

        string? Token(string name) => TokenText(config?.Find(name)) ?? TokenText(special?.Find(name));
    }

    private static JsonDocument? Open(string folder, string file, out JsonCursor? root)
    {
        string path = Path.Combine(folder, file);
        root = null;
        if (ReadBytes(path) is not byte[] bytes) return null;
        try
        {
            var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
            JsonCursor cursor = new(document.RootElement, path, "");
            cursor.Expect(JsonValueKind.Object);
            root = cursor;
            return document;
        }
        catch (JsonException e)
        {
            throw JsonCursor.Damaged(path, e);
        }
    }

    private static byte[]? ReadBytes(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxBytes) throw new SpaException($"{path}: {length} bytes are more than the limit of {MaxBytes}");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpaException($"{path}: the file cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A token is written as its text or as an object with the text in <c>content</c>.</summary>
    private static string? TokenText(JsonCursor? json)
    {
        if (json is not JsonCursor token) return null;
        return token.Element.ValueKind == JsonValueKind.Object ? token.Require("content").String() : token.String();
    }

    /// <summary>One id or a list of them.</summary>
    private static int[] Ids(JsonCursor? json)
    {
        if (json is not JsonCursor ids) return [];
        return ids.Element.ValueKind == JsonValueKind.Array ? [.. ids.Items().Select(id => id.Integer())] : [ids.Integer()];
    }

    /// <summary>One template, or a list of named ones; files of their own stand for all of these, as in transformers.</summary>
    private static Dictionary<string, string> Templates(string folder, JsonCursor? json)
    {
        Dictionary<string, string> templates = [];
        if (ReadBytes(Path.Combine(folder, "chat_template.jinja")) is byte[] bytes) templates[TokenizerConfig.DefaultTemplateName] = Encoding.UTF8.GetString(bytes);
        string others = Path.Combine(folder, "additional_chat_templates");
        foreach (string file in Directory.Exists(others) ? Directory.EnumerateFiles(others, "*.jinja") : [])
            if (ReadBytes(file) is byte[] other) templates[Path.GetFileNameWithoutExtension(file)] = Encoding.UTF8.GetString(other);
        if (templates.Count > 0 || json is not JsonCursor field) return templates;
        if (field.Element.ValueKind != JsonValueKind.Array) templates[TokenizerConfig.DefaultTemplateName] = field.String();
        else
            foreach (JsonCursor entry in field.Items()) templates[entry.Require("name").String()] = entry.Require("template").String();
        return templates;
    }
}
