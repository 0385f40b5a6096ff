using Spa.Engine.Compute;

namespace Spa.Engine.Models.Gguf;

/// <summary>What llama.cpp computes for an architecture. Its files have no key for anything else, so a model with more is refused.</summary>
internal sealed record GgufLimits
{
    private static readonly Dictionary<string, GgufLimits> s_all = new()
    {
        ["llama"] = new() { HasQkvBias = true, HasOutputBias = true, HasMlpBias = true, Scaling = RotaryScaling.Llama3, IsWindowed = GgufWindows.Every },
        ["qwen2"] = new() { HasQkvBias = true },
        ["qwen3"] = new(),
        ["gemma2"] = new() { Activation = ActivationKind.GeluTanh, IsWindowed = GgufWindows.Alternate, HasCaps = true, HasScale = true },
        ["gemma3"] = new() { Activation = ActivationKind.GeluTanh, IsWindowed = GgufWindows.Periodic, HasScale = true },
        ["phi2"] = new() { Activation = ActivationKind.GeluTanh, HasQkvBias = true, HasOutputBias = true, HasMlpBias = true, HasOwnHead = true },
        ["phi3"] = new() { Scaling = RotaryScaling.LongRope, IsWindowed = GgufWindows.Every },
        ["stablelm"] = new() { HasQkvBias = true, HasOwnHead = true },
        ["olmo2"] = new() { HasOwnHead = true },
        ["smollm3"] = new() { HasQkvBias = true, HasOutputBias = true, HasMlpBias = true, RotaryInterval = 4 },
    };

    public ActivationKind Activation { get; private init; } = ActivationKind.Silu;

    public bool HasQkvBias { get; private init; }

    public bool HasOutputBias { get; private init; }

    public bool HasMlpBias { get; private init; }

    /// <summary>A kind of rotary scaling beside linear and yarn, which all have.</summary>
    public RotaryScaling Scaling { get; private init; }

    /// <summary>Which layers have a window; null: none.</summary>
    public Func<DecoderConfig, bool>? IsWindowed { get; private init; }

    /// <summary>Soft caps, which such a model always has.</summary>
    public bool HasCaps { get; private init; }

    /// <summary>The factor on attention scores is not always that of the head's size.</summary>
    public bool HasScale { get; private init; }

    /// <summary>The head is a tensor of its own.</summary>
    public bool HasOwnHead { get; private init; }

    /// <summary>Every layer of this number has no rotary embedding; 0: all have one.</summary>
    public int RotaryInterval { get; private init; }

    public static GgufLimits Of(string architecture) => s_all[architecture];

    /// <summary>The first option of a model that goes beyond, in words; null: none does.</summary>
    public string? Exceeded(DecoderConfig c)
    {
        RotarySettings rotary = c.Rotary;
        return c.Activation != Activation ? $"the activation '{c.Activation}'"
            : (c.QkvBias && !HasQkvBias) || (c.OutputBias && !HasOutputBias) ? "attention biases"
            : c.MlpBias && !HasMlpBias ? "biases in the MLP"
            : c.HeadDim % 2 != 0 ? "heads of odd size"
            : c.TieWordEmbeddings && HasOwnHead ? "a head tied to the embedding"
            : (c.AttentionSoftCap > 0) != HasCaps || (HasCaps && c.LogitSoftCap == 0) ? HasCaps ? "a soft cap left out" : "a soft cap of attention"
            : !HasScale && c.AttentionScale != (float)(1 / Math.Sqrt(c.HeadDim)) ? "a scale of attention of its own"
            : c.Windows.Any(window => window > 0) && IsWindowed?.Invoke(c) != true ? "sliding windows in these layers"
            : IsWindowed == GgufWindows.Alternate && !c.Windows.Any(window => window > 0) ? "no sliding windows"
            : !HasRotaryLayers(c) ? "these layers without rotary embedding"
            : c.LocalRotary is { Scaling: not RotaryScaling.None } ? "scaled rotary embedding in layers with a window"
            : rotary.Scaling is RotaryScaling.Yarn ? ExceededYarn(c)
            : rotary.Scaling is not (RotaryScaling.None or RotaryScaling.Linear) && rotary.Scaling != Scaling ? $"rotary scaling '{rotary.Scaling}'"
            : null;
    }

    private static string? ExceededYarn(DecoderConfig c) => c.LocalRotary is not null ? "yarn beside a second rotary embedding"
        : !c.Rotary.Truncate ? "yarn without truncation"
        : Math.Abs(c.Rotary.AttentionFactor - (0.1 * Math.Log(Math.Max(1, c.Rotary.Factor)) + 1)) > 1e-6 ? "yarn with an attention factor of its own"
        : null;

    private bool HasRotaryLayers(DecoderConfig c)
    {
        for (int layer = 0; layer < c.Layers; layer++)
            if ((c.RotaryOf(layer) < 0) != (RotaryInterval > 0 && (layer + 1) % RotaryInterval == 0)) return false;
        return true;
    }
}
