using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>A Hugging Face model folder: config.json, safetensors, and whatever it has of tokenizer, generation config and chat template.</summary>
public sealed class HuggingFaceFolder : IDisposable
{
    private HuggingFaceFolder(string path)
    {
        Path = path;
        Config = JsonFiles.ReadObject(Require("config.json", "a Hugging Face model folder has one"));
        GenerationConfig = ReadOptional("generation_config.json");
        TokenizerConfig = ReadTokenizerConfig(path);
        TokenizerPath = Existing("tokenizer.json");
        ChatTemplate = ReadChatTemplate(path);
        Tensors = OpenTensors();
    }

    public string Path { get; }

    public string ConfigPath => System.IO.Path.Combine(Path, "config.json");

    public JsonObject Config { get; }

    public JsonObject? GenerationConfig { get; }

    public JsonObject? TokenizerConfig { get; }

    /// <summary>tokenizer.json, or null where the folder has none.</summary>
    public string? TokenizerPath { get; }

    /// <summary>chat_template.jinja, or else the template of tokenizer_config.json; null where there is neither.</summary>
    public string? ChatTemplate { get; }

    public TensorSource Tensors { get; }

    /// <exception cref="SpaException">The folder or one of its files is missing, truncated or malformed.</exception>
    public static HuggingFaceFolder Open(string path)
    {
        if (!Directory.Exists(path)) throw new SpaException($"model folder '{path}' does not exist; check the path");
        return new HuggingFaceFolder(path);
    }

    public void Dispose() => Tensors.Dispose();

    private TensorSource OpenTensors()
    {
        if (Existing(SafetensorsWriter.SingleName) is { } single) return SafetensorsFile.Open(single);
        if (Existing(SafetensorsWriter.IndexName) is { } index) return SafetensorsShards.Open(index);
        bool pickled = Directory.EnumerateFiles(Path, "pytorch_model*.bin").Any();
        throw new SpaException(pickled
            ? $"'{Path}' has its weights as pytorch_model*.bin, which can run code and is not read; save the model as safetensors"
            : $"'{Path}' has no weights: {SafetensorsWriter.SingleName} or {SafetensorsWriter.IndexName} is expected; copy or download the model again");
    }

    /// <summary>tokenizer_config.json of a folder, or null.</summary>
    internal static JsonObject? ReadTokenizerConfig(string folder)
    {
        string file = System.IO.Path.Combine(folder, "tokenizer_config.json");
        return File.Exists(file) ? JsonFiles.ReadObject(file) : null;
    }

    /// <summary>Chat template of a folder of a model or adapter, or null.</summary>
    internal static string? ReadChatTemplate(string folder)
    {
        string file = System.IO.Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(file)) return JsonFiles.ReadText(file);
        JsonNode? template = ReadTokenizerConfig(folder)?["chat_template"];
        if (template?.GetValueKind() == JsonValueKind.String) return template.GetValue<string>();
        // Several named templates: the one called "default" is for chat, others for tools or retrieval.
        return template is JsonArray named ? named.OfType<JsonObject>().Where(x => Text(x["name"]) == "default").Select(x => Text(x["template"])).FirstOrDefault() : null;
    }

    private static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    private JsonObject? ReadOptional(string name) => Existing(name) is { } file ? JsonFiles.ReadObject(file) : null;

    private string Require(string name, string why) =>
        Existing(name) ?? throw new SpaException($"'{Path}' has no {name}; {why}: check the path, or copy or download the model again");

    private string? Existing(string name)
    {
        string file = System.IO.Path.Combine(Path, name);
        return File.Exists(file) ? file : null;
    }
}
