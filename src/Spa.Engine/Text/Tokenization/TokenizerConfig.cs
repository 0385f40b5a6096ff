using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Text;

/// <summary>
/// What a model folder says about its tokenizer beside <c>tokenizer.json</c>: tokenizer_config.json, special_tokens_map.json,
/// generation_config.json and chat_template.jinja, or the metadata of a GGUF file. Nothing here changes how text is encoded.
/// </summary>
public sealed record TokenizerConfig
{
    /// <summary>The name under which a list of templates keeps its ordinary one.</summary>
    public const string DefaultTemplateName = "default";

    /// <summary>The template for conversations with tools, where a tokenizer has one of its own for them.</summary>
    public const string ToolTemplateName = "tool_use";

    public string? BosToken { get; init; }

    public string? EosToken { get; init; }

    public string? PadToken { get; init; }

    public string? UnknownToken { get; init; }

    /// <summary>From generation_config.json or GGUF.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>All ids that end a generation, from generation_config.json or GGUF; empty if neither says.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>From generation_config.json or GGUF.</summary>
    public int? PadTokenId { get; init; }

    public bool? AddBosToken { get; init; }

    public bool? AddEosToken { get; init; }

    /// <summary>All chat templates by name; a single one is called <see cref="DefaultTemplateName"/>.</summary>
    public IReadOnlyDictionary<string, string> ChatTemplates { get; init; } = new Dictionary<string, string>();

    /// <summary>The ordinary chat template, or null if there is none.</summary>
    public string? ChatTemplate => ChatTemplates.GetValueOrDefault(DefaultTemplateName);

    /// <summary>The Python class, such as <c>LlamaTokenizer</c>; some rebuild the pipeline instead of reading it.</summary>
    public string? TokenizerClass { get; init; }

    /// <summary>Longest input in tokens; null if absent or the huge number that stands for "no limit".</summary>
    public int? ModelMaxLength { get; init; }

    /// <summary>Reads a Hugging Face folder; files that are absent are passed over.</summary>
    /// <exception cref="SpaException">A file is damaged or holds something of another kind than expected.</exception>
    public static TokenizerConfig Load(string folder) => TokenizerConfigFiles.Read(folder);

    /// <summary>Reads the metadata of a GGUF file.</summary>
    /// <exception cref="SpaException">A key holds something of another kind than expected.</exception>
    public static TokenizerConfig FromGguf(IReadOnlyDictionary<string, object> metadata, string name = "GGUF metadata")
    {
        const string Prefix = "tokenizer.ggml.";
        GgufFields fields = new(metadata, name);
        string[]? tokens = fields.Texts(Prefix + "tokens");
        int? bos = fields.Integer(Prefix + "bos_token_id");
        int? eos = fields.Integer(Prefix + "eos_token_id");
        int? pad = fields.Integer(Prefix + "padding_token_id");
        return new TokenizerConfig
        {
            BosToken = Token(bos),
            EosToken = Token(eos),
            PadToken = Token(pad),
            UnknownToken = Token(fields.Integer(Prefix + "unknown_token_id")),
            BosTokenId = bos,
            EosTokenIds = new[] { eos, fields.Integer(Prefix + "eot_token_id") }.OfType<int>().Distinct().ToArray(),
            PadTokenId = pad,
            AddBosToken = fields.Flag(Prefix + "add_bos_token"),
            AddEosToken = fields.Flag(Prefix + "add_eos_token"),
            ChatTemplates = Templates(fields),
        };

        string? Token(int? id) => id is int index && tokens is not null && index >= 0 && index < tokens.Length ? tokens[index] : null;
    }

    private static Dictionary<string, string> Templates(GgufFields fields)
    {
        Dictionary<string, string> templates = [];
        foreach (string name in fields.Texts("tokenizer.chat_templates") ?? [])
            if (fields.Text($"tokenizer.chat_template.{name}") is string text) templates[name] = text;
        if (fields.Text("tokenizer.chat_template") is string template) templates[DefaultTemplateName] = template;
        return templates;
    }
}
