using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// The output head. Logits exist only for a chunk of response rows; a pass yields the policy's, the reference's and the extrapolated
/// log-probs at once (docs/algorithm.md section 4.2). If all rows fit into one chunk, backward reuses its logits, else it makes each chunk again:
/// the same bits for one more product.
/// </summary>
public sealed class Head
{
    // Logits kept at once. 512 rows amortise the packing of the head; above, memory traffic is what grows.
    private const long DefaultBytes = 512L << 20;

    // Elements of 16 bytes: every row of the rounded gradients starts where a device reads whole vectors, whatever the vocabulary.
    private const int RowAlignment = 8;

    private readonly ComputeBackend _backend;
    private readonly DecoderConfig _config;
    private readonly Tensor _policyLogits;
    private readonly Tensor _referenceLogits;
    private readonly Tensor _logitGradients;
    private bool _retained;

    /// <param name="backend">Device.</param>
    /// <param name="config">Options.</param>
    /// <param name="responseRows">Most rows of a call.</param>
    /// <param name="withReference">Reserve memory for the reference's logits.</param>
    /// <param name="arena">Where the memory comes from.</param>
    /// <param name="bytes">Most memory for logits.</param>
    /// <param name="gradients">In what type logit gradients are multiplied; bfloat16: a rounded copy meets bfloat16 weights and rows on the device's matrix units.</param>
    public Head(ComputeBackend backend, DecoderConfig config, int responseRows, bool withReference, Arena arena, long bytes = DefaultBytes, DType gradients = DType.Float32)
    {
        (_backend, _config) = (backend, config);
        int rounded = gradients == DType.Float32 ? 0 : (config.VocabSize + RowAlignment - 1) / RowAlignment * RowAlignment;
        long perRow = (long)config.VocabSize * sizeof(float) * (withReference ? 2 : 1) + (long)rounded * gradients.Size();
        ChunkRows = (int)Math.Clamp(bytes / perRow, 1, Math.Max(1, responseRows));
        _policyLogits = arena.Take("head/policy_logits", DType.Float32, ChunkRows, config.VocabSize);
        if (rounded > 0) _logitGradients = arena.Take("head/logit_gradients", gradients, ChunkRows, rounded).ColumnRange(0, config.VocabSize);
        if (withReference) _referenceLogits = arena.Take("head/reference_logits", DType.Float32, ChunkRows, config.VocabSize);
    }

    /// <summary>Rows whose logits exist at once.</summary>
    public int ChunkRows { get; }

    /// <summary>Log-probs and statistics of every response row. The reference's hidden rows and weights may be absent.</summary>
    public void Forward(in LogProbRows outputs, Tensor hidden, DecoderTensors weights, Tensor referenceHidden, DecoderTensors? reference, Tensor labels, float lambda)
    {
        int rows = (int)hidden.Rows;
        for (int start = 0; start < rows; start += ChunkRows)
        {
            int count = Math.Min(ChunkRows, rows - start);
            Tensor policyLogits = Logits(_policyLogits, hidden.RowRange(start, count), weights);
            Tensor referenceLogits = reference is null ? default : Logits(_referenceLogits, referenceHidden.RowRange(start, count), reference);
            _backend.LogProbForward(Slice(outputs, start, count), policyLogits, referenceLogits, labels.RowRange(start, count), lambda, _config.LogitSoftCap);
            if (!outputs.Squares.IsAbsent) _backend.LogProbSquares(outputs.Squares.RowRange(start, count), policyLogits, outputs.PolicyLse.RowRange(start, count));
        }
        _retained = rows <= ChunkRows;
    }

    /// <summary>
    /// Gradients of sum_r coefficient[r] * logp[r]: dhidden [R, C] is overwritten, the head's weight gradients are added to. Follows the
    /// <see cref="Forward"/> of the same rows; <paramref name="lse"/> is its PolicyLse.
    /// </summary>
    public void Backward(Tensor dhidden, DecoderTensors gradients, Tensor hidden, DecoderTensors weights, Tensor labels, Tensor lse, Tensor coefficient)
    {
        int rows = (int)hidden.Rows;
        for (int start = 0; start < rows; start += ChunkRows)
        {
            int count = Math.Min(ChunkRows, rows - start);
            Tensor h = hidden.RowRange(start, count);
            Tensor logits = _retained ? _policyLogits.RowRange(0, count) : CappedLogits(h, weights, labels.RowRange(start, count));
            _backend.LogProbBackward(logits, lse.RowRange(start, count), labels.RowRange(start, count), coefficient.RowRange(start, count), _config.LogitSoftCap);
            Tensor dlogits = Rounded(logits);
            _backend.MatMul(dhidden.RowRange(start, count), dlogits, weights.Head);
            if (!gradients.Head.IsAbsent) _backend.MatMul(gradients.Head, dlogits, h, transposeA: true, accumulate: true);
            if (!gradients.HeadBias.IsAbsent) _backend.BiasBackward(gradients.HeadBias, logits);
        }
        _retained = false;
    }

    private Tensor Logits(Tensor buffer, Tensor hidden, DecoderTensors weights)
    {
        Tensor logits = buffer.RowRange(0, hidden.Rows);
        _backend.MatMul(logits, hidden, weights.Head, transposeB: true, bias: weights.HeadBias);
        return logits;
    }

    private Tensor Rounded(Tensor logits)
    {
        if (_logitGradients.IsAbsent) return logits;
        Tensor rounded = _logitGradients.RowRange(0, logits.Rows);
        _backend.Copy(rounded, logits);
        return rounded;
    }

    private Tensor CappedLogits(Tensor hidden, DecoderTensors weights, Tensor labels)
    {
        Tensor logits = Logits(_policyLogits, hidden, weights);
        if (_config.LogitSoftCap != 0) _backend.LogProbForward(default, logits, default, labels, 0, _config.LogitSoftCap);
        return logits;
    }

    private static LogProbRows Slice(in LogProbRows rows, int start, int count)
    {
        Tensor Cut(Tensor t) => t.IsAbsent ? t : t.RowRange(start, count);
        return new LogProbRows
        {
            Policy = Cut(rows.Policy),
            PolicyLse = Cut(rows.PolicyLse),
            Reference = Cut(rows.Reference),
            Extrapolated = Cut(rows.Extrapolated),
            Entropy = Cut(rows.Entropy),
            MeanLogit = Cut(rows.MeanLogit),
            Top1 = Cut(rows.Top1),
            Squares = Cut(rows.Squares),
        };
    }
}
