using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>
/// What llama.cpp's files call a family and its tensors, and what they hold otherwise than a Hugging Face checkpoint does; one row of <see cref="GgufArchitectures"/>.
/// </summary>
internal sealed class GgufArchitecture
{
    private readonly Dictionary<string, string> _toHuggingFace = new(StringComparer.Ordinal), _toGguf = new(StringComparer.Ordinal);

    /// <param name="name"><c>general.architecture</c>.</param>
    /// <param name="modelType"><c>model_type</c> of config.json.</param>
    /// <param name="className">Its entry in <c>architectures</c>.</param>
    /// <param name="modules">Names without their ending; {0} is the layer, {1} a head that has a tensor of its own only in a checkpoint.</param>
    public GgufArchitecture(string name, string modelType, string className, params IEnumerable<(string Gguf, string HuggingFace)> modules)
    {
        (Name, ModelType, ClassName) = (name, modelType, className);
        foreach ((string gguf, string huggingFace) in modules)
        {
            _toHuggingFace.Add(gguf, huggingFace);
            _toGguf.Add(huggingFace, gguf);
        }
    }

    public string Name { get; }

    public string ModelType { get; }

    public string ClassName { get; }

    /// <summary>Rows of query and key heads are stored as <see cref="InterleavedRows"/>.</summary>
    public bool InterleavesHeads { get; init; }

    /// <summary>Norm weights are stored as w + 1 where a checkpoint has w.</summary>
    public bool NormsFromOne { get; init; }

    /// <summary>LayerNorm instead of RMSNorm, which has a key of its own for its epsilon.</summary>
    public bool LayerNorm { get; init; }

    /// <summary>Tensors outside of the layers that stand for settings of config.json.</summary>
    public IReadOnlyList<string> RotaryTensors { get; init; } = [];

    /// <summary>Adds what the family has in config.json beyond what all have.</summary>
    public required Action<GgufKeys, JsonObject> Complete { get; init; }

    /// <summary>Key of the norms' epsilon.</summary>
    public string EpsilonKey => LayerNorm ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";

    /// <summary>The Hugging Face name of a GGUF tensor, or null if there is no counterpart. {1} in it: the rows are heads with a tensor each.</summary>
    public string? ToHuggingFace(string name) => Translate(name, _toHuggingFace);

    /// <summary>The GGUF name of a Hugging Face tensor, or null if there is no counterpart.</summary>
    public string? ToGguf(string name) => Translate(name, _toGguf);

    /// <summary>Whether the rows of this tensor (Hugging Face name) are <see cref="InterleavedRows"/>.</summary>
    public bool IsInterleaved(string name) => InterleavesHeads
        && (name.Contains(".self_attn.q_proj.", StringComparison.Ordinal) || name.Contains(".self_attn.k_proj.", StringComparison.Ordinal));

    /// <summary>Whether this tensor (Hugging Face name) is stored as w + 1.</summary>
    public bool IsFromOne(string name) => NormsFromOne && name.EndsWith("norm.weight", StringComparison.Ordinal);

    private static string? Translate(string name, Dictionary<string, string> modules)
    {
        int end = name.LastIndexOf('.');
        if (end < 0 || name[end..] is not (".weight" or ".bias") || name.Contains('{')) return null;
        string[] parts = name[..end].Split('.');
        var numbers = new List<string>();
        for (int i = 0; i < parts.Length; i++)
        {
            if (!IsNumber(parts[i])) continue;
            numbers.Add(parts[i]);
            parts[i] = $"{{{numbers.Count - 1}}}";
        }
        if (!modules.TryGetValue(string.Join('.', parts), out string? found)) return null;
        for (int i = 0; i < numbers.Count; i++) found = found.Replace($"{{{i}}}", numbers[i]);
        return found + name[end..];
    }

    // A canonical number, so that no two names of a file can become one.
    private static bool IsNumber(string text) => int.TryParse(text, out int value) && value >= 0 && value.ToString() == text;
}
