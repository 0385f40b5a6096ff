using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>What one block's forward leaves for its backward, at full capacity; absent where the options have none.</summary>
public sealed class LayerActivations
{
    /// <summary>Takes the tensors for at most <paramref name="tokens"/> tokens.</summary>
    public LayerActivations(DecoderConfig c, DType activations, Arena arena, string name, int tokens)
    {
        Tensor Take(string part, int columns) => arena.Take($"{name}/{part}", activations, tokens, columns);
        Tensor TakeFloat(string part, int columns) => arena.Take($"{name}/{part}", DType.Float32, tokens, columns);
        int statistics = c.Norm == NormKind.Layer ? 2 : 1;
        bool post = c.NormPlacement is NormPlacement.PreAndPost or NormPlacement.Post;
        if (c.NormPlacement != NormPlacement.Post) InputStatistics = TakeFloat("input_norm", statistics);
        Qkv = Take("qkv", c.QkvWidth);
        if (c.QkNorm != QkNormKind.None)
        {
            QkvRaw = Take("qkv_raw", c.QkvWidth);
            QueryStatistics = TakeFloat("query_norm", QkStatistics(c.QkNorm, c.Heads));
            KeyStatistics = TakeFloat("key_norm", QkStatistics(c.QkNorm, c.KvHeads));
        }
        Attention = Take("attention", c.QueryWidth);
        Lse = TakeFloat("lse", c.Heads);
        if (c.NormPlacement != NormPlacement.Parallel) Middle = Take("middle", c.HiddenSize);
        if (c.NormPlacement is NormPlacement.Pre or NormPlacement.PreAndPost) MlpStatistics = TakeFloat("mlp_norm", statistics);
        MlpInput = Take("mlp_input", c.MlpInputWidth);
        if (!post) return;
        AttentionRaw = Take("attention_raw", c.HiddenSize);
        AttentionPostStatistics = TakeFloat("attention_post_norm", statistics);
        MlpRaw = Take("mlp_raw", c.HiddenSize);
        MlpPostStatistics = TakeFloat("mlp_post_norm", statistics);
    }

    /// <summary>[T, 1] rstd, or [T, 2] mean and rstd.</summary>
    public Tensor InputStatistics { get; }

    /// <summary>[T, (H + 2 Hkv) D]: queries and keys normalised and rotated, values.</summary>
    public Tensor Qkv { get; }

    /// <summary>The same before the query and key norms; its value part is the one in use.</summary>
    public Tensor QkvRaw { get; }

    /// <summary>[T, H], [T, 1] or [T, 2H], by the kind of norm.</summary>
    public Tensor QueryStatistics { get; }

    /// <summary>[T, Hkv], [T, 1] or [T, 2 Hkv].</summary>
    public Tensor KeyStatistics { get; }

    /// <summary>[T, H D].</summary>
    public Tensor Attention { get; }

    /// <summary>[T, H].</summary>
    public Tensor Lse { get; }

    /// <summary>[T, C]: the residual stream between attention and MLP.</summary>
    public Tensor Middle { get; }

    public Tensor MlpStatistics { get; }

    /// <summary>[T, 2F] gate and up, or [T, F].</summary>
    public Tensor MlpInput { get; }

    /// <summary>[T, C]: attention's projection before its post norm.</summary>
    public Tensor AttentionRaw { get; }

    public Tensor AttentionPostStatistics { get; }

    public Tensor MlpRaw { get; }

    public Tensor MlpPostStatistics { get; }

    private static int QkStatistics(QkNormKind kind, int heads) => kind switch
    {
        QkNormKind.Width => 1,
        QkNormKind.EachHead => 2 * heads,
        _ => heads,
    };
}
