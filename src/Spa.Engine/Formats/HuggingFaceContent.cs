using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>Everything that goes into a Hugging Face model folder.</summary>
public sealed class HuggingFaceContent
{
    public required JsonObject Config { get; init; }

    public required IReadOnlyList<TensorContent> Tensors { get; init; }

    public JsonObject? GenerationConfig { get; init; }

    /// <summary>A folder whose tokenizer files (and chat template, unless <see cref="ChatTemplate"/> is given) are copied as they are.</summary>
    public string? TokenizerFolder { get; init; }

    /// <summary>Written as chat_template.jinja.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Templates beside <see cref="ChatTemplate"/> by name, written into additional_chat_templates.</summary>
    public IReadOnlyDictionary<string, string> NamedTemplates { get; init; } = new Dictionary<string, string>();

    /// <summary>Further text files by plain name: a model card, a tokenizer.json made from a GGUF vocabulary. They win over copied ones.</summary>
    public IReadOnlyDictionary<string, string> TextFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>Weights beyond this many bytes are split over several files.</summary>
    public long MaxShardBytes { get; init; } = SafetensorsWriter.DefaultShardBytes;
}
