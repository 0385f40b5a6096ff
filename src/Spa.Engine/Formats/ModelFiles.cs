using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>What <c>--model</c> names: a Hugging Face folder or a GGUF file, seen alike. It owns the mapped files.</summary>
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

    /// <summary>Metadata of a GGUF file, which holds the vocabulary (<c>tokenizer.ggml.*</c>); null for a folder.</summary>
    public IReadOnlyDictionary<string, object>? GgufMetadata { get; init; }

    /// <summary>Jinja text, where the model brings one.</summary>
    public string? ChatTemplate { get; init; }

    /// <exception cref="SpaException">There is no such model, or a file of it is missing, truncated, malformed or not supported.</exception>
    public static ModelFiles Open(string path)
    {
        if (Directory.Exists(path)) return OpenFolder(path);
        if (!File.Exists(path))
            throw new SpaException($"model '{path}' does not exist; a Hugging Face folder or a .gguf file on this machine is expected (nothing is downloaded)");
        return path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? throw new SpaException($"model '{path}' is a single weights file; name the folder that holds it and config.json")
            : OpenGguf(path);
    }

    public void Dispose() => Tensors.Dispose();

    private static ModelFiles OpenFolder(string path)
    {
        if (!File.Exists(System.IO.Path.Combine(path, "config.json")) && File.Exists(System.IO.Path.Combine(path, "adapter_config.json")))
            throw new SpaException($"'{path}' is a PEFT adapter, which is not supported yet; merge it into its base model and name the merged folder");
        if (!File.Exists(System.IO.Path.Combine(path, "config.json")) && Directory.GetFiles(path, "*.gguf") is [var only]) return OpenGguf(only);
        HuggingFaceFolder folder = HuggingFaceFolder.Open(path);
        return new ModelFiles
        {
            Path = path,
            Tensors = folder.Tensors,
            Config = folder.Config,
            ConfigPath = folder.ConfigPath,
            GenerationConfig = folder.GenerationConfig,
            TokenizerPath = folder.TokenizerPath,
            TokenizerConfig = folder.TokenizerConfig,
            ChatTemplate = folder.ChatTemplate,
        };
    }

    private static ModelFiles OpenGguf(string path)
    {
        GgufModel model = GgufModel.Open(path);
        try
        {
            return new ModelFiles
            {
                Path = path,
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
