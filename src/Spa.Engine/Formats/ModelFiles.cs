using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>What <c>--model</c> names: a Hugging Face folder, a GGUF file or a PEFT adapter with its base, seen alike. It owns the mapped files.</summary>
public sealed class ModelFiles : IDisposable
{
    private ModelFiles() { }

    /// <summary>The folder or file.</summary>
    public required string Path { get; init; }

    /// <summary>Weights under their Hugging Face names.</summary>
    public required TensorSource Tensors { get; init; }

    /// <summary>config.json, or what it would hold.</summary>
    public required JsonObject Config { get; init; }

    /// <summary>Where <see cref="Config"/> comes from, for messages.</summary>
    public required string ConfigPath { get; init; }

    public JsonObject? GenerationConfig { get; init; }

    /// <summary>tokenizer.json, where there is one.</summary>
    public string? TokenizerPath { get; init; }

    public JsonObject? TokenizerConfig { get; init; }

    /// <summary>What the files hold beside the text model and is not read, in a line; null: nothing.</summary>
    public string? LeftOut { get; init; }

    /// <summary>Metadata of a GGUF file, which holds the vocabulary (<c>tokenizer.ggml.*</c>); null for a folder.</summary>
    public IReadOnlyDictionary<string, object>? GgufMetadata { get; init; }

    /// <summary>Jinja text, where the model brings one.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>The adapter that <see cref="Path"/> is; weights and config are then its base's. Null: no adapter.</summary>
    public PeftAdapterFolder? Adapter { get; init; }

    /// <summary>Where weights and config.json are: <see cref="Path"/>, or the adapter's base.</summary>
    public string BasePath { get; private init; } = "";

    /// <param name="path">A Hugging Face folder, a GGUF file or a PEFT adapter folder.</param>
    /// <param name="baseModel">The base of an adapter whose own path does not exist.</param>
    /// <exception cref="SpaException">There is no such model, or a file of it is missing, truncated, malformed or not supported.</exception>
    public static ModelFiles Open(string path, string? baseModel = null)
    {
        if (Directory.Exists(path) && PeftAdapterFolder.IsAdapter(path)) return OpenAdapter(path, baseModel);
        if (Directory.Exists(path)) return OpenFolder(path);
        if (!File.Exists(path))
            throw new SpaException($"model '{path}' does not exist; a Hugging Face folder, a PEFT adapter folder or a .gguf file on this machine is expected (nothing is downloaded)");
        return path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? throw new SpaException($"model '{path}' is a single weights file; name the folder that holds it and config.json")
            : OpenGguf(path);
    }

    public void Dispose()
    {
        Adapter?.Dispose();
        Tensors.Dispose();
    }

    private static ModelFiles OpenFolder(string path)
    {
        if (!File.Exists(System.IO.Path.Combine(path, "config.json")) && Directory.GetFiles(path, "*.gguf") is [var only]) return OpenGguf(only);
        HuggingFaceFolder folder = HuggingFaceFolder.Open(path);
        JsonObject? text = TextParts.Config(folder.Config);
        TextTensors? tensors = text is null ? null : new TextTensors(folder.Tensors);
        return new ModelFiles
        {
            Path = path,
            BasePath = path,
            Tensors = tensors ?? folder.Tensors,
            Config = text ?? folder.Config,
            LeftOut = tensors is null ? null
                : $"'{path}' is a model of type '{folder.Config["model_type"]}': its text part is read, {tensors.LeftOut} tensors ({tensors.LeftOutBytes / 1e6:N1} MB) of the rest are left out",
            ConfigPath = folder.ConfigPath,
            GenerationConfig = folder.GenerationConfig,
            TokenizerPath = folder.TokenizerPath,
            TokenizerConfig = folder.TokenizerConfig,
            ChatTemplate = folder.ChatTemplate,
        };
    }

    private static ModelFiles OpenAdapter(string path, string? baseModel)
    {
        PeftAdapterFolder adapter = PeftAdapterFolder.Open(path);
        try
        {
            string basePath = adapter.FindBase(baseModel);
            ModelFiles files = Directory.Exists(basePath) && PeftAdapterFolder.IsAdapter(basePath)
                ? throw new SpaException($"'{path}': its base '{basePath}' is an adapter itself; merge that into its own base first (spa convert --merge-adapter)")
                : Open(basePath);
            // An adapter may bring a tokenizer and template of its own.
            bool own = File.Exists(System.IO.Path.Combine(path, "tokenizer.json"));
            return new ModelFiles
            {
                Path = path,
                BasePath = basePath,
                Adapter = adapter,
                Tensors = files.Tensors,
                Config = files.Config,
                ConfigPath = files.ConfigPath,
                LeftOut = files.LeftOut,
                GenerationConfig = files.GenerationConfig,
                TokenizerPath = own ? System.IO.Path.Combine(path, "tokenizer.json") : files.TokenizerPath,
                TokenizerConfig = own ? HuggingFaceFolder.ReadTokenizerConfig(path) : files.TokenizerConfig,
                GgufMetadata = own ? null : files.GgufMetadata,
                ChatTemplate = HuggingFaceFolder.ReadChatTemplate(path) ?? files.ChatTemplate,
            };
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    private static ModelFiles OpenGguf(string path)
    {
        GgufModel model = GgufModel.Open(path);
        try
        {
            return new ModelFiles
            {
                Path = path,
                BasePath = path,
                Tensors = model,
                Config = model.Config,
                ConfigPath = path,
                GgufMetadata = model.File.Metadata,
                ChatTemplate = model.File.Text("tokenizer.chat_template"),
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
