using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// One decoder, options for every family. A family is a mapping from its config.json and tensor names to this record
/// (<c>Families/</c>); model code asks for options, never for a family.
/// </summary>
public sealed record DecoderConfig
{
    /// <summary>V.</summary>
    public required int VocabSize { get; init; }

    /// <summary>C.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>F.</summary>
    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    /// <summary>H.</summary>
    public required int Heads { get; init; }

    /// <summary>Hkv.</summary>
    public required int KvHeads { get; init; }

    /// <summary>D.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Longest sequence.</summary>
    public required int MaxPositions { get; init; }

    public required RotarySettings Rotary { get; init; }

    public NormKind Norm { get; init; }

    public NormPlacement NormPlacement { get; init; }

    public required float NormEpsilon { get; init; }

    /// <summary>Norm weights are stored as w - 1 (Gemma).</summary>
    public bool NormUnitOffset { get; init; }

    /// <summary>RMSNorm of every query and key head before the rotation (Qwen3).</summary>
    public bool QkNorm { get; init; }

    public bool QkvBias { get; init; }

    public bool OutputBias { get; init; }

    public bool MlpBias { get; init; }

    public bool HeadBias { get; init; }

    /// <summary>down(act(gate(x)) * up(x)) if true, down(act(up(x))) if false.</summary>
    public bool GatedMlp { get; init; } = true;

    public ActivationKind Activation { get; init; }

    /// <summary>Factor on q.k.</summary>
    public required float AttentionScale { get; init; }

    /// <summary>cap * tanh(s / cap) on attention scores; 0: off.</summary>
    public float AttentionSoftCap { get; init; }

    /// <summary>cap * tanh(a / cap) on logits; 0: off.</summary>
    public float LogitSoftCap { get; init; }

    /// <summary>Factor on the embedding (Gemma: sqrt(C)).</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Per layer: keys a query sees, itself included; 0: all. Empty: all layers see everything.</summary>
    public IReadOnlyList<int> Windows { get; init; } = [];

    /// <summary>The head is the embedding.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Width of queries, H * D.</summary>
    public int QueryWidth => Heads * HeadDim;

    /// <summary>Width of keys or values, Hkv * D.</summary>
    public int KvWidth => KvHeads * HeadDim;

    /// <summary>Width of the fused q, k, v.</summary>
    public int QkvWidth => QueryWidth + 2 * KvWidth;

    /// <summary>Width of what feeds the activation: gate and up side by side, or up alone.</summary>
    public int MlpInputWidth => GatedMlp ? 2 * IntermediateSize : IntermediateSize;

    /// <summary>The attention of a layer.</summary>
    public AttentionShape AttentionOf(int layer) =>
        new(Heads, KvHeads, HeadDim, AttentionScale, Windows.Count == 0 ? 0 : Windows[layer], AttentionSoftCap);
}
