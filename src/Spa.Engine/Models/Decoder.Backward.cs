using Spa.Engine.Compute;
using Spa.Engine.Models.Adapters;

namespace Spa.Engine.Models;

public sealed partial class Decoder
{
    /// <summary>
    /// Backward of <see cref="Forward(DecoderTensors, DecoderWorkspace, PackedBatch)"/> and <see cref="FinalHidden"/>: the head has left
    /// d loss / d hidden in <see cref="DecoderWorkspace.HiddenGradient"/>. Adds to <paramref name="gradients"/>; destroys activations.
    /// </summary>
    public void Backward(DecoderTensors weights, DecoderTensors gradients, DecoderWorkspace workspace, PackedBatch batch)
    {
        int tokens = batch.Tokens, rows = batch.ResponseRows;
        Tensor dhidden = For(workspace.HiddenGradient, rows), dstream = For(workspace.StreamGradient, tokens);
        NormBackward(dhidden, gradients.FinalNorm, gradients.FinalNormBias, dhidden, For(workspace.Gathered, rows), weights.FinalNorm,
            For(workspace.FinalStatistics, rows), accumulate: false);
        _backend.Zero(dstream);
        _backend.ScatterRowsAdd(dstream, dhidden, For(workspace.ResponseRows, rows));
        for (int layer = Config.Layers - 1; layer >= 0; layer--)
        {
            if (workspace.Plan == ActivationPlan.Checkpointed)
                BlockForward(weights.Layers[layer], workspace, layer, tokens, new PackedAttention(batch.Attention));
            BlockBackward(weights.Layers[layer], gradients.Layers[layer], workspace, layer, batch);
        }
        if (!gradients.Embedding.IsAbsent) _backend.EmbeddingBackward(gradients.Embedding, For(workspace.Ids, tokens), dstream, Config.EmbeddingScale);
    }

    // dstream holds the gradient of the block's output on entry and of its input on return.
    private void BlockBackward(LayerTensors w, LayerTensors g, DecoderWorkspace s, int layer, PackedBatch batch)
    {
        int tokens = batch.Tokens;
        LayerActivations a = s.Layer(layer);
        Tensor input = s.Stream(layer, tokens), middle = For(a.Middle, tokens);
        Tensor dstream = For(s.StreamGradient, tokens), dnormed = For(s.NormedGradient, tokens);
        bool parallel = Config.NormPlacement == NormPlacement.Parallel;

        Tensor dmlp = PostNormBackward(s, dstream, g.MlpPostNorm, a.MlpRaw, w.MlpPostNorm, a.MlpPostStatistics);
        Tensor normed = parallel ? BlockInput(w, s, a, input, tokens) : MlpNormForward(w, s, a, tokens);
        MlpBackward(dnormed, dmlp, w, g, s, a, normed, tokens);
        if (!parallel) AddBranch(dstream, dnormed, g.MlpNorm, g.MlpNormBias, middle, w.MlpNorm, For(a.MlpStatistics, tokens));

        Tensor dattention = PostNormBackward(s, dstream, g.AttentionPostNorm, a.AttentionRaw, w.AttentionPostNorm, a.AttentionPostStatistics);
        Tensor dqkv = AttentionBackward(dattention, w, g, s, a, layer, batch);
        normed = BlockInput(w, s, a, input, tokens);
        LinearInputBackward(dnormed, dqkv, w.Qkv, w, LinearSlot.Qkv, s, accumulate: parallel);
        LinearBackward(g.Qkv, g.QkvBias, dqkv, normed, w.Qkv, w, g, LinearSlot.Qkv, s);
        AddBranch(dstream, dnormed, g.InputNorm, g.InputNormBias, input, w.InputNorm, For(a.InputStatistics, tokens));
    }

    /// <summary>The gradient that enters a branch: through its post norm, or the stream's own.</summary>
    private Tensor PostNormBackward(DecoderWorkspace s, Tensor dstream, Tensor dweight, Tensor raw, Tensor weight, Tensor statistics)
    {
        if (weight.IsAbsent) return dstream;
        int tokens = (int)dstream.Rows;
        Tensor dbranch = For(s.BranchGradient, tokens);
        NormBackward(dbranch, dweight, default, dstream, For(raw, tokens), weight, For(statistics, tokens), accumulate: false);
        return dbranch;
    }

    /// <summary>dstream += gradient through the branch's input norm, or the branch's gradient itself.</summary>
    private void AddBranch(Tensor dstream, Tensor dnormed, Tensor dweight, Tensor dbias, Tensor input, Tensor weight, Tensor statistics)
    {
        if (weight.IsAbsent) _backend.Add(dstream, dnormed);
        else NormBackward(dstream, dweight, dbias, dnormed, input, weight, statistics, accumulate: true);
    }

    private void MlpBackward(Tensor dnormed, Tensor dout, LayerTensors w, LayerTensors g, DecoderWorkspace s, LayerActivations a, Tensor normed, int tokens)
    {
        Tensor mlpInput = For(a.MlpInput, tokens), activated = For(s.Activated, tokens), dactivated = For(s.ActivatedGradient, tokens);
        LinearInputBackward(dactivated, dout, w.MlpOutput, w, LinearSlot.MlpOutput, s);
        if (Config.GatedMlp)
        {
            _backend.GluBackward(mlpInput, dactivated, mlpInput, Config.Activation, output: activated);
        }
        else
        {
            _backend.ActivationForward(activated, mlpInput, Config.Activation);
            _backend.ActivationBackward(mlpInput, dactivated, mlpInput, Config.Activation);
        }
        LinearBackward(g.MlpOutput, g.MlpOutputBias, dout, activated, w.MlpOutput, w, g, LinearSlot.MlpOutput, s);
        LinearInputBackward(dnormed, mlpInput, w.MlpInput, w, LinearSlot.MlpInput, s);
        LinearBackward(g.MlpInput, g.MlpInputBias, mlpInput, normed, w.MlpInput, w, g, LinearSlot.MlpInput, s);
    }

    private Tensor AttentionBackward(Tensor dout, LayerTensors w, LayerTensors g, DecoderWorkspace s, LayerActivations a, int layer, PackedBatch batch)
    {
        int tokens = batch.Tokens;
        Tensor attended = For(a.Attention, tokens), dattended = For(s.AttentionGradient, tokens);
        Tensor qkv = For(a.Qkv, tokens), dqkv = For(s.QkvGradient, tokens);
        Tensor values = Values(Config.QkNorm != QkNormKind.None ? For(a.QkvRaw, tokens) : qkv);
        LinearInputBackward(dattended, dout, w.Output, w, LinearSlot.Output, s);
        LinearBackward(g.Output, g.OutputBias, dout, attended, w.Output, w, g, LinearSlot.Output, s);
        _backend.AttentionBackward(Queries(dqkv), Keys(dqkv), Values(dqkv), dattended, attended, For(a.Lse, tokens), Queries(qkv), Keys(qkv), values,
            batch.Attention, Config.AttentionOf(layer));
        Rotate(dqkv, s, layer, inverse: true);
        if (Config.QkNorm == QkNormKind.None) return dqkv;
        Tensor raw = For(a.QkvRaw, tokens);
        QkNormBackward(Queries(dqkv), g.QueryNorm, Queries(raw), w.QueryNorm, For(a.QueryStatistics, tokens));
        QkNormBackward(Keys(dqkv), g.KeyNorm, Keys(raw), w.KeyNorm, For(a.KeyStatistics, tokens));
        return dqkv;
    }
}
