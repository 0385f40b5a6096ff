using Spa.Engine.Compute;
using Spa.Engine.Models.Adapters;

namespace Spa.Engine.Models;

public sealed partial class Decoder
{
    /// <summary>Runs all blocks over a packed batch; the stream after the last one stays in the workspace.</summary>
    public void Forward(DecoderTensors weights, DecoderWorkspace workspace, PackedBatch batch)
    {
        workspace.Upload(_backend, batch);
        int tokens = batch.Tokens;
        _backend.EmbeddingForward(workspace.Stream(0, tokens), For(workspace.Ids, tokens), weights.Embedding, Config.EmbeddingScale);
        for (int layer = 0; layer < Config.Layers; layer++) BlockForward(weights.Layers[layer], workspace, layer, tokens, new PackedAttention(batch.Attention));
    }

    /// <summary>
    /// Runs all blocks over the rows of a generation step: keys and values go to the cache, each row sees its own sequence up to itself.
    /// ids and positions are in the workspace already.
    /// </summary>
    public void Forward(DecoderTensors weights, DecoderWorkspace workspace, KvCache cache, PagedRows rows)
    {
        _backend.EmbeddingForward(workspace.Stream(0, rows.Count), For(workspace.Ids, rows.Count), weights.Embedding, Config.EmbeddingScale);
        for (int layer = 0; layer < Config.Layers; layer++) BlockForward(weights.Layers[layer], workspace, layer, rows.Count, new PackedAttention(cache, rows));
    }

    /// <summary>The final norm of the rows that are scored: [R, C], what the head multiplies.</summary>
    public Tensor FinalHidden(DecoderTensors weights, DecoderWorkspace workspace, int tokens, int responseRows)
    {
        Tensor gathered = For(workspace.Gathered, responseRows), hidden = For(workspace.Hidden, responseRows);
        _backend.GatherRows(gathered, workspace.Stream(Config.Layers, tokens), For(workspace.ResponseRows, responseRows));
        NormForward(hidden, For(workspace.FinalStatistics, responseRows), gathered, weights.FinalNorm, weights.FinalNormBias);
        return hidden;
    }

    private void BlockForward(LayerTensors w, DecoderWorkspace s, int layer, int tokens, PackedAttention attention)
    {
        LayerActivations a = s.Layer(layer);
        Tensor input = s.Stream(layer, tokens), output = s.Stream(layer + 1, tokens);
        Tensor normed = BlockInput(w, s, a, input, tokens);
        AttentionForward(w, s, a, normed, layer, tokens, attention);
        Tensor attended = For(a.Attention, tokens), middle = For(a.Middle, tokens);
        switch (Config.NormPlacement)
        {
            case NormPlacement.Parallel:
                LinearForward(output, attended, w.Output, w.OutputBias, input, w, LinearSlot.Output, s);
                MlpForward(output, output, w, s, a, normed, tokens);
                break;
            case NormPlacement.Pre:
                LinearForward(middle, attended, w.Output, w.OutputBias, input, w, LinearSlot.Output, s);
                MlpForward(output, middle, w, s, a, MlpNormForward(w, s, a, tokens), tokens);
                break;
            default:
                LinearForward(For(a.AttentionRaw, tokens), attended, w.Output, w.OutputBias, default, w, LinearSlot.Output, s);
                NormForward(middle, For(a.AttentionPostStatistics, tokens), For(a.AttentionRaw, tokens), w.AttentionPostNorm, default, residual: input);
                MlpForward(For(a.MlpRaw, tokens), default, w, s, a, MlpNormForward(w, s, a, tokens), tokens);
                NormForward(output, For(a.MlpPostStatistics, tokens), For(a.MlpRaw, tokens), w.MlpPostNorm, default, residual: middle);
                break;
        }
    }

    /// <summary>What q, k, v are projected from: the normed stream, or the stream itself.</summary>
    private Tensor BlockInput(LayerTensors w, DecoderWorkspace s, LayerActivations a, Tensor input, int tokens)
    {
        if (w.InputNorm.IsAbsent) return input;
        Tensor normed = For(s.Normed, tokens);
        NormForward(normed, For(a.InputStatistics, tokens), input, w.InputNorm, w.InputNormBias);
        return normed;
    }

    private Tensor MlpNormForward(LayerTensors w, DecoderWorkspace s, LayerActivations a, int tokens)
    {
        Tensor middle = For(a.Middle, tokens);
        if (w.MlpNorm.IsAbsent) return middle;
        Tensor normed = For(s.Normed, tokens);
        NormForward(normed, For(a.MlpStatistics, tokens), middle, w.MlpNorm, w.MlpNormBias);
        return normed;
    }

    private void AttentionForward(LayerTensors w, DecoderWorkspace s, LayerActivations a, Tensor normed, int layer, int tokens, PackedAttention attention)
    {
        Tensor qkv = For(a.Qkv, tokens), values = Values(qkv);
        if (Config.QkNorm != QkNormKind.None)
        {
            Tensor raw = For(a.QkvRaw, tokens);
            LinearForward(raw, normed, w.Qkv, w.QkvBias, default, w, LinearSlot.Qkv, s);
            QkNormForward(Queries(qkv), Queries(raw), For(a.QueryStatistics, tokens), w.QueryNorm);
            QkNormForward(Keys(qkv), Keys(raw), For(a.KeyStatistics, tokens), w.KeyNorm);
            values = Values(raw);
        }
        else
        {
            LinearForward(qkv, normed, w.Qkv, w.QkvBias, default, w, LinearSlot.Qkv, s);
        }
        Rotate(qkv, s, layer, inverse: false);
        if (attention.Cache is { } cache)
        {
            _backend.KvAppend(cache, layer, Keys(qkv), values, attention.Rows!);
            _backend.AttentionPaged(For(a.Attention, tokens), Queries(qkv), cache, layer, attention.Rows!, Config.AttentionOf(layer));
        }
        else
        {
            _backend.AttentionForward(For(a.Attention, tokens), For(a.Lse, tokens), Queries(qkv), Keys(qkv), values, attention.Batch!, Config.AttentionOf(layer));
        }
    }

    private void MlpForward(Tensor output, Tensor residual, LayerTensors w, DecoderWorkspace s, LayerActivations a, Tensor normed, int tokens)
    {
        Tensor mlpInput = For(a.MlpInput, tokens), activated = For(s.Activated, tokens);
        LinearForward(mlpInput, normed, w.MlpInput, w.MlpInputBias, default, w, LinearSlot.MlpInput, s);
        ActivateForward(activated, mlpInput);
        LinearForward(output, activated, w.MlpOutput, w.MlpOutputBias, residual, w, LinearSlot.MlpOutput, s);
    }

    private void ActivateForward(Tensor output, Tensor input)
    {
        if (Config.GatedMlp) _backend.GluForward(output, input, Config.Activation);
        else _backend.ActivationForward(output, input, Config.Activation);
    }

    /// <summary>Where attention finds keys: in the packed batch, or in the cache.</summary>
    private readonly record struct PackedAttention(AttentionBatch? Batch, KvCache? Cache, PagedRows? Rows)
    {
        public PackedAttention(AttentionBatch batch) : this(batch, null, null) { }

        public PackedAttention(KvCache cache, PagedRows rows) : this(null, cache, rows) { }
    }
}
