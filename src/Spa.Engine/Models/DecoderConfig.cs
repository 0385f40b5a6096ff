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

    /// <summary>The rotary embedding of <see cref="LayerRotary.Local"/> layers; null where there is one for all.</summary>
    public RotarySettings? LocalRotary { get; init; }

    /// <summary>Per layer: its rotary embedding. Empty: all layers have the main one.</summary>
    public IReadOnlyList<LayerRotary> LayerRotaries { get; init; } = [];

    public NormKind Norm { get; init; }

    public NormPlacement NormPlacement { get; init; }

    public required float NormEpsilon { get; init; }

    /// <summary>Norm weights are stored as w - 1 (Gemma).</summary>
    public bool NormUnitOffset { get; init; }

    /// <summary>Norms of queries and keys, before the rotation.</summary>
    public QkNormKind QkNorm { get; init; }

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

    /// <summary>The head is one row, <c>score</c>: the model gives a sequence a reward and predicts no token.</summary>
    public bool RewardHead { get; init; }

    /// <summary>Reward models: tokens with this id at the end of a sequence are passed over, as transformers does; null: none are.</summary>
    public int? PadToken { get; init; }

    /// <summary>Rows of the head: the vocabulary, or 1.</summary>
    public int HeadRows => RewardHead ? 1 : VocabSize;

    /// <summary>Width of queries, H * D.</summary>
    public int QueryWidth => Heads * HeadDim;

    /// <summary>Width of keys or values, Hkv * D.</summary>
    public int KvWidth => KvHeads * HeadDim;

    /// <summary>Width of the fused q, k, v.</summary>
    public int QkvWidth => QueryWidth + 2 * KvWidth;

    /// <summary>Width of what feeds the activation: gate and up side by side, or up alone.</summary>
    public int MlpInputWidth => GatedMlp ? 2 * IntermediateSize : IntermediateSize;

    /// <summary>All rotary embeddings, in the order of <see cref="LayerRotary"/>.</summary>
    public IReadOnlyList<RotarySettings> Rotaries => LocalRotary is null ? [Rotary] : [Rotary, LocalRotary];

    /// <summary>Index into <see cref="Rotaries"/>; -1: the layer has none.</summary>
    public int RotaryOf(int layer) => LayerRotaries.Count == 0 ? 0 : LayerRotaries[layer] == LayerRotary.None ? -1 : (int)LayerRotaries[layer];

    /// <summary>Whether sequences of two lengths are rotated alike, so that one may share the other's rows and cached keys (<see cref="RotarySettings.Regime"/>).</summary>
    public bool RotatesAlike(int length, int other) =>
        Rotary.Regime(length) == Rotary.Regime(other) && (LocalRotary is null || LocalRotary.Regime(length) == LocalRotary.Regime(other));

    /// <summary>The attention of a layer.</summary>
    public AttentionShape AttentionOf(int layer) =>
        new(Heads, KvHeads, HeadDim, AttentionScale, Windows.Count == 0 ? 0 : Windows[layer], AttentionSoftCap);
}
