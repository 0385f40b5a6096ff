using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Text;

namespace Spa.Engine.Pipeline;

/// <summary>A model's tokenizer with its chat template and the ids that end its responses.</summary>
public sealed class ModelTokenizer : IRowTokenizer
{
    private readonly ChatTemplate? _template, _toolTemplate;
    private readonly string _name;

    /// <param name="name">File or folder, for messages.</param>
    /// <param name="tokenizer">Text to ids.</param>
    /// <param name="config">Special tokens, and the template unless <paramref name="template"/> is given.</param>
    /// <param name="template">Jinja source of a chat template, or null.</param>
    public ModelTokenizer(string name, Tokenizer tokenizer, TokenizerConfig config, string? template = null)
    {
        (_name, Tokenizer, Config) = (name, tokenizer, config);
        template ??= config.ChatTemplate;
        TemplateSource = template;
        // Templates with a name stand beside the configuration's own, not beside another that is given.
        if (template == config.ChatTemplate) NamedTemplates = config.ChatTemplates.Where(named => named.Key != TokenizerConfig.DefaultTemplateName).ToDictionary();
        foreach (string key in NamedTemplates.Keys)
            if (key.Length == 0 || key.AsSpan().IndexOfAny("/\\\0") >= 0) throw new SpaException($"'{name}' has a chat template named '{key}'; expected a name that a file can have");
        _template = template is null ? null : ChatTemplate.Parse(template, name);
        _toolTemplate = ToolTemplateSource is { } tools ? ChatTemplate.Parse(tools, name) : null;
        SpecialTokens = new[] { ("bos_token", config.BosToken), ("eos_token", config.EosToken), ("pad_token", config.PadToken), ("unk_token", config.UnknownToken) }
            .Where(token => token.Item2 is not null).ToDictionary(token => token.Item1, token => token.Item2!);
        BosId = config.BosTokenId ?? IdOf(config.BosToken);
        int? eos = IdOf(config.EosToken);
        IEnumerable<int> ends = eos is { } id ? config.EosTokenIds.Prepend(id) : config.EosTokenIds;
        EndIds = [.. ends.Distinct()];
    }

    public Tokenizer Tokenizer { get; }

    public TokenizerConfig Config { get; }

    /// <summary>Source of the chat template, or null.</summary>
    public string? TemplateSource { get; }

    /// <summary>Sources of the chat templates beside <see cref="TemplateSource"/>, by name.</summary>
    public IReadOnlyDictionary<string, string> NamedTemplates { get; } = new Dictionary<string, string>();

    /// <summary>Source of the template that conversations with tools take in the place of <see cref="TemplateSource"/>, as in transformers; null for none.</summary>
    public string? ToolTemplateSource => NamedTemplates.GetValueOrDefault(TokenizerConfig.ToolTemplateName);

    /// <summary>What a template knows as <c>bos_token</c> and the like: those that the tokenizer's configuration names, as in transformers.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; }

    public int? BosId { get; }

    public IReadOnlyList<int> EndIds { get; }

    /// <summary>What a user names as a tokenizer: the folder in the place of its tokenizer.json.</summary>
    public static string PlaceOf(string path) => Path.GetFileName(path) == "tokenizer.json" && File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;

    /// <summary>The tokenizer of a model folder, a tokenizer folder or a GGUF file.</summary>
    public static ModelTokenizer Open(string path)
    {
        path = PlaceOf(path);
        if (!Path.Exists(path)) throw new SpaException($"tokenizer '{path}' does not exist; a folder with tokenizer.json or a .gguf file on this machine is expected (nothing is downloaded)");
        if (Directory.Exists(path))
        {
            string file = Path.Combine(path, "tokenizer.json");
            if (!File.Exists(file)) throw new SpaException($"'{path}' has no tokenizer.json; name a folder that has one, or a .gguf file");
            return new ModelTokenizer(path, TokenizerJson.Load(file), TokenizerConfig.Load(path));
        }
        using ModelFiles files = ModelFiles.Open(path);
        return FromModel(files);
    }

    /// <summary>The tokenizer that comes with a model.</summary>
    public static ModelTokenizer FromModel(ModelFiles files)
    {
        if (files.GgufMetadata is { } metadata)
            return new ModelTokenizer(files.Path, GgufVocabulary.Load(metadata, files.Path), TokenizerConfig.FromGguf(metadata, files.Path), files.ChatTemplate);
        if (files.TokenizerPath is null) throw new SpaException($"'{files.Path}' has no tokenizer.json; add it, or name another with --tokenizer");
        return new ModelTokenizer(files.Path, TokenizerJson.Load(files.TokenizerPath), ReadConfig(files), files.ChatTemplate);
    }

    // What an adapter's folder does not say of its end tokens is its base's.
    private static TokenizerConfig ReadConfig(ModelFiles files)
    {
        TokenizerConfig config = TokenizerConfig.Load(Path.GetDirectoryName(files.TokenizerPath)!);
        if (files.Adapter is null || !Directory.Exists(files.BasePath)) return config;
        TokenizerConfig ofBase = TokenizerConfig.Load(files.BasePath);
        return config with
        {
            EosTokenIds = config.EosTokenIds.Count > 0 ? config.EosTokenIds : ofBase.EosTokenIds,
            BosTokenId = config.BosTokenId ?? ofBase.BosTokenId,
            PadTokenId = config.PadTokenId ?? ofBase.PadTokenId,
        };
    }

    public int[] Encode(string text, bool addSpecialTokens) => Tokenizer.Encode(text, addSpecialTokens);

    public string Decode(ReadOnlySpan<int> ids) => Tokenizer.Decode(ids, skipSpecialTokens: true);

    public string Render(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateArguments? arguments = null) => RenderChat(messages, addGenerationPrompt, arguments).Text;

    public RenderResult RenderMarked(IReadOnlyList<Message> messages, TemplateArguments? arguments = null) => RenderChat(messages, addGenerationPrompt: false, arguments);

    /// <summary>Throws unless every id that this tokenizer can give has a row in the model's embedding.</summary>
    public void RequireFits(int vocabulary, string model)
    {
        if (Tokenizer.VocabularySize > vocabulary)
            throw new SpaException($"the tokenizer of '{_name}' has {Tokenizer.VocabularySize} tokens, the model '{model}' has {vocabulary}; they do not belong "
                + "together, use the tokenizer that came with the model");
    }

    private RenderResult RenderChat(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateArguments? arguments)
    {
        ChatTemplate? template = arguments?.Tools is null ? _template : _toolTemplate ?? _template;
        if (template is null)
            throw new SpaException($"'{_name}' has no chat template, and a row holds messages; give a model with chat_template.jinja, or rows with text");
        var list = new JsonArray([.. messages.Select(m => m.ToJson())]);
        Dictionary<string, object?> variables = SpecialTokens.ToDictionary(token => token.Key, object? (token) => token.Value);
        foreach ((string key, JsonNode? value) in arguments?.Variables ?? []) variables[key] = value;
        return template.RenderChat(list, addGenerationPrompt, arguments?.Tools, variables.GetValueOrDefault("documents") as JsonArray, variables);
    }

    private int? IdOf(string? token) => token is null ? null : Tokenizer.TokenToId(token);
}
