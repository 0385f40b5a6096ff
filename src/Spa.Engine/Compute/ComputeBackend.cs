using System.Runtime.InteropServices;

namespace Spa.Engine.Compute;

/// <summary>
/// The op catalogue: everything a model needs from a device, written once for the CPU and once for CUDA. Model, trainer and sampler call
/// only this. Storage is float32 or bfloat16 as the tensors say; arithmetic and statistics are float32. Every op overwrites its outputs
/// unless it says "adds to". Calls are asynchronous where the device is; <see cref="Download{T}"/> and <see cref="Synchronize"/> wait.
///
/// Dimensions: T tokens of a packed batch, R rows chosen from it, C channels, H/Hkv heads, D head size, F MLP width, V vocabulary.
/// Determinism: an output element is always the same sequence of operations, whatever the number of threads, the other rows of
/// the batch, or the vector width. Reductions over tokens (weight gradients) go through the tokens in order and continue from
/// what is already there, so splitting a batch into micro-batches does not change a bit of a gradient that one op per batch adds to
/// (a tied embedding gets two, the head's and the embedding's, whose order follows the split: docs/numerics.md).
/// </summary>
public abstract partial class ComputeBackend : IDisposable
{
    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The device in words: model, threads, vector width.</summary>
    public abstract string Device { get; }

    public abstract void Dispose();

    /// <summary>In what type activations are kept beside matrices of <paramref name="matrixType"/>: float32 on the CPU, the matrices' on CUDA. Logits, statistics and gradients of weights are float32 everywhere.</summary>
    public virtual DType ActivationType(DType matrixType) => DType.Float32;

    // Memory.

    /// <summary>An arena of <paramref name="bytes"/> bytes (0 is allowed); its content is undefined.</summary>
    public Arena CreateArena(string name, long bytes)
    {
        bytes = Math.Max(Arena.Alignment, (bytes + Arena.Alignment - 1) / Arena.Alignment * Arena.Alignment);
        return new Arena(this, name, bytes, Allocate(bytes, name));
    }

    /// <summary>An arena that fits exactly what <paramref name="layout"/> takes, laid out by it.</summary>
    public Arena CreateArena(string name, Action<Arena> layout)
    {
        Arena arena = CreateArena(name, Arena.Measure(layout));
        layout(arena);
        return arena;
    }

    /// <summary>Aligned device memory; throws <see cref="SpaException"/> naming <paramref name="purpose"/> when there is not enough.</summary>
    protected abstract nint Allocate(long bytes, string purpose);

    protected internal abstract void Free(nint address);

    /// <summary>Copies host elements into a contiguous tensor; sizes must be equal.</summary>
    public abstract void Upload<T>(Tensor destination, ReadOnlySpan<T> source) where T : unmanaged;

    /// <summary>Waits for the work before and copies a contiguous tensor to the host.</summary>
    public abstract void Download<T>(Span<T> destination, Tensor source) where T : unmanaged;

    public abstract void Synchronize();

    public abstract void Zero(Tensor destination);

    /// <summary>Elementwise copy, converting between float32 and bfloat16 (nearest even). Same shape; strides may differ.</summary>
    public abstract void Copy(Tensor destination, Tensor source);

    /// <summary>destination += source. [T, C] each.</summary>
    public abstract void Add(Tensor destination, Tensor source);

    // Matrix products.

    /// <summary>
    /// output = op(a) op(b) (+ output) (+ bias) (+ residual). The three forms a linear layer needs: forward Y[T,N] = X[T,K] W[N,K]^T
    /// (transposeB), input gradient dX = dY W, weight gradient dW += dY^T X (transposeA, accumulate). Element (i, j) is a chain of
    /// fused multiply-adds over k ascending, beginning with 0 or, when accumulating, with the old output; bias, then residual are added last.
    /// </summary>
    /// <param name="output">[M, N] float32 (bfloat16 on CUDA).</param>
    /// <param name="a">[M, K], or [K, M] with <paramref name="transposeA"/>.</param>
    /// <param name="b">[K, N], or [N, K] with <paramref name="transposeB"/>; a packed tensor counts as [N, K].</param>
    /// <param name="transposeA">Read a transposed.</param>
    /// <param name="transposeB">Read b transposed.</param>
    /// <param name="accumulate">Add to what the output holds.</param>
    /// <param name="bias">[1, N], or absent.</param>
    /// <param name="residual">[M, N], or absent; may be the output itself.</param>
    public abstract void MatMul(Tensor output, Tensor a, Tensor b, bool transposeA = false, bool transposeB = false, bool accumulate = false,
        Tensor bias = default, Tensor residual = default);

    /// <summary>Shape in which <see cref="PackWeight"/> wants its destination for a weight [N, K]: take it from an arena as it is.</summary>
    public abstract Tensor TakePacked(Arena arena, string name, Tensor weight);

    /// <summary>Lays a weight [N, K] out for <see cref="MatMul"/> with transposeB; worth it when the weight is used many times between changes.</summary>
    public abstract void PackWeight(Tensor packed, Tensor weight);

    /// <summary>dbias[1, N] adds the column sums of dout[T, N], rows in order.</summary>
    public abstract void BiasBackward(Tensor dbias, Tensor dout);

    // What adapters need beside products.

    /// <summary>
    /// output = factor * input * scale + bias + residual, each step rounded by itself. output, input, residual [T, C]; scale, bias [1, C] float32. scale, bias and
    /// residual may be absent; output may be input or residual.
    /// </summary>
    public abstract void Scale(Tensor output, Tensor input, float factor, Tensor scale = default, Tensor bias = default, Tensor residual = default);

    /// <summary>dscale [1, C] adds the sum over rows of dout * input, rows in order: the gradient of a column's scale. dout, input [T, C].</summary>
    public abstract void ScaleBackward(Tensor dscale, Tensor dout, Tensor input);

    /// <summary>
    /// output = (adds, if <paramref name="accumulate"/>) input * mask, where the mask is 1 / (1 - rate) or 0: an element is dropped if its word of
    /// Philox(seed; key[0], key[1], column / 4, stream) is below rate 2^32. output, input [T, C]; keys [T, 2] int32, one for a row, so that a mask does not depend on where its row lies.
    /// The same mask on the gradient is the backward. output may be input.
    /// </summary>
    public abstract void Dropout(Tensor output, Tensor input, Tensor keys, in DropoutMask mask, bool accumulate = false);

    // Embedding and row selection.

    /// <summary>output[T, C] = scale * weight[ids[t]]. Ids outside [0, V) throw.</summary>
    public abstract void EmbeddingForward(Tensor output, Tensor ids, Tensor weight, float scale);

    /// <summary>dweight[V, C] adds scale * dout[t] to row ids[t], tokens in order.</summary>
    public abstract void EmbeddingBackward(Tensor dweight, Tensor ids, Tensor dout, float scale);

    /// <summary>output[r] = input[indices[r]]. output [R, C], indices [R] int32.</summary>
    public abstract void GatherRows(Tensor output, Tensor input, Tensor indices);

    /// <summary>output[indices[r]] += input[r], rows in order; the inverse of <see cref="GatherRows"/>.</summary>
    public abstract void ScatterRowsAdd(Tensor output, Tensor input, Tensor indices);

    // Norms. A row of [T, C] is normalised in groups of weight.Columns elements: the whole row, or each head (qk-norm).

    /// <summary>
    /// output = residual + x * rstd * w, rstd = 1 / sqrt(mean(x^2) + epsilon), w = weight or 1 + weight.
    /// output, input, residual [T, C] (residual may be absent or the output); weight [1, G]; rstd [T, C / G] is saved for backward (may be absent).
    /// </summary>
    public abstract void RmsNormForward(Tensor output, Tensor rstd, Tensor input, Tensor weight, float epsilon, bool unitOffset, Tensor residual = default);

    /// <summary>dinput = (or adds, if <paramref name="accumulate"/>) the gradient; dweight [1, G] adds over rows in order (may be absent). dinput may be dout.</summary>
    public abstract void RmsNormBackward(Tensor dinput, Tensor dweight, Tensor dout, Tensor input, Tensor weight, Tensor rstd, bool unitOffset, bool accumulate);

    /// <summary>output = residual + (x - mean) * rstd * weight + bias; statistics [T, 2] holds mean and rstd (may be absent).</summary>
    public abstract void LayerNormForward(Tensor output, Tensor statistics, Tensor input, Tensor weight, Tensor bias, float epsilon, Tensor residual = default);

    /// <summary>As <see cref="RmsNormBackward"/>, with dbias [1, C] (may be absent).</summary>
    public abstract void LayerNormBackward(Tensor dinput, Tensor dweight, Tensor dbias, Tensor dout, Tensor input, Tensor weight, Tensor statistics, bool accumulate);

    // Position, attention, MLP.

    /// <summary>
    /// Rotates pairs of the first 2P of every head's D elements, in place. x [T, heads * D] (a column range of the fused qkv).
    /// table [positions, 2P]: cos then sin of each pair; positions [T] int32. Pair i is (i, i + P), or (2i, 2i + 1) if interleaved.
    /// inverse: the transposed rotation, which is its backward.
    /// </summary>
    public abstract void Rotary(Tensor x, Tensor positions, Tensor table, int headDim, bool interleaved, bool inverse);

    /// <summary>
    /// Causal softmax attention over the segments of a packed batch. output [T, H*D], lse [T, H] (natural log of the sum of exp of the
    /// scaled, capped, masked scores), q [T, H*D], k and v [T, Hkv*D] (column ranges of one fused tensor are fine). Keys are visited in
    /// blocks of 64 logical positions from 0 with a running maximum, so a row's bits depend only on its own keys.
    /// </summary>
    public abstract void AttentionForward(Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionBatch batch, AttentionShape shape);

    /// <summary>dq, dk, dv are overwritten (shapes of q, k, v). Rows of a shared prefix collect from all segments that see them, in segment order.</summary>
    public abstract void AttentionBackward(Tensor dq, Tensor dk, Tensor dv, Tensor dout, Tensor output, Tensor lse, Tensor q, Tensor k, Tensor v,
        AttentionBatch batch, AttentionShape shape);

    /// <summary>Writes row r's key and value [R, Hkv*D] to its place in the cache.</summary>
    public abstract void KvAppend(KvCache cache, int layer, Tensor k, Tensor v, PagedRows rows);

    /// <summary>
    /// Attention of R query rows, each over cache positions 0 .. its own of its own sequence (appended before). Same arithmetic as
    /// <see cref="AttentionForward"/>: with a float32 cache the results are bit-equal.
    /// </summary>
    public abstract void AttentionPaged(Tensor output, Tensor q, KvCache cache, int layer, PagedRows rows, AttentionShape shape);

    /// <summary>Copies a page of all layers: a sequence that forks in the middle of a page gets its own copy.</summary>
    public abstract void KvCopyPage(KvCache cache, int destination, int source);

    /// <summary>output[T, F] = act(gate) * up, where gateUp [T, 2F] holds gate, then up.</summary>
    public abstract void GluForward(Tensor output, Tensor gateUp, ActivationKind kind);

    /// <summary>dgateUp [T, 2F] from dout [T, F]; may be gateUp itself. Where <paramref name="output"/> is given, act(gate) * up is written again (dout itself is allowed).</summary>
    public abstract void GluBackward(Tensor dgateUp, Tensor dout, Tensor gateUp, ActivationKind kind, Tensor output = default);

    /// <summary>output = act(input), [T, F].</summary>
    public abstract void ActivationForward(Tensor output, Tensor input, ActivationKind kind);

    /// <summary>dinput = dout * act'(input); may be dout.</summary>
    public abstract void ActivationBackward(Tensor dinput, Tensor dout, Tensor input, ActivationKind kind);

    // The head.

    /// <summary>
    /// Log-sum-exps, label log-probs and statistics of R rows of logits, read once. policy and reference [R, V] (reference may be absent),
    /// labels [R] int32. softCap: a = cap * tanh(a / cap) is applied to both first and written back to <paramref name="policy"/>; 0: off.
    /// </summary>
    public abstract void LogProbForward(in LogProbRows rows, Tensor policy, Tensor reference, Tensor labels, float lambda, float softCap);

    /// <summary>
    /// logits [R, V] (capped, as <see cref="LogProbForward"/> left them) become d loss / d logits = coefficient[r] * (onehot(y) - softmax(a)),
    /// times 1 - (a / cap)^2 where capped. coefficient [R] = d loss / d logp(y). Rows with coefficient 0 become 0.
    /// </summary>
    public abstract void LogProbBackward(Tensor logits, Tensor lse, Tensor labels, Tensor coefficient, float softCap);

    /// <summary>
    /// squares [R, 1] = log sum_v p_v^2, p_v = exp(a_v - lse), of logits [R, V] as <see cref="LogProbForward"/> left them and their lse [R]: the log-prob that a
    /// token drawn from p has on average, weighed by itself, against which weighted preference optimisation measures a token (Zhou et al. 2024, equation 2).
    /// </summary>
    public abstract void LogProbSquares(Tensor squares, Tensor logits, Tensor lse);

    // Preference pairs. P pairs of a micro-batch; matrices are contiguous float64 with the columns of PairColumns. Nothing waits for the host.

    /// <summary>
    /// scores [P, 6] = sums of token log-probs of chosen and rejected responses under policy, reference and extrapolated policy, in double.
    /// <paramref name="tail"/> weighs the tokens behind the shorter response's length.
    /// </summary>
    public abstract void RewardScores(Tensor scores, in PairRows rows, double tail = 1);

    /// <summary>
    /// results [P, 8] = implicit rewards beta (log pi - log pi_ref), margin, probability, winner, loss and its derivatives. Each row of a response
    /// gets coefficient [R] = derivative * scale, for <see cref="LogProbBackward"/>. flags [P] int32 from <see cref="NoiseFlag"/>: pairs that
    /// <see cref="PairLossKind.Sigmoid"/> treats by the step's <see cref="FlagEffect"/>; absent: all are smoothed. weights [P] float64 from <see cref="RewardWeights"/>, constants to the gradient; absent: 1.
    /// </summary>
    public abstract void RewardLoss(Tensor results, Tensor coefficient, Tensor scores, Tensor segments, Tensor flags, in PairLossStep step, Tensor weights = default);

    /// <summary>
    /// weights [P] float64 = product over both responses of exp(mean over their tokens of log pi - squares): how likely the policy itself is to draw the pair
    /// (Zhou et al. 2024, equation 2, without a bound, as TRL has it). policy, squares [R].
    /// </summary>
    public abstract void RewardWeights(Tensor weights, Tensor segments, Tensor policy, Tensor squares);

    /// <summary>
    /// Adds the micro-batch to metrics [1, 16] float64 (<see cref="PairMetricSlot"/>), which the host reads when it logs. Of <paramref name="rows"/> entropy, mean
    /// logit and top-1 are read; margins, flags and noise may be absent.
    /// </summary>
    public abstract void RewardMetrics(Tensor metrics, Tensor results, Tensor scores, Tensor segments, in LogProbRows rows, Tensor margins = default, Tensor flags = default,
        NoiseState? noise = null);

    /// <summary>
    /// margins [P] float64 = beta M, M = (log pi_ext(y_w) - log pi_ext(y_l)) - (log pi_ref(y_w) - log pi_ref(y_l)); flags [P] int32 = 1 where it is too small by the
    /// state's rule (docs/algorithm.md section 2). Remembers the margins of pairs indices [P] int32, which lie in [0, entries).
    /// </summary>
    public abstract void NoiseFlag(Tensor margins, Tensor flags, NoiseState state, Tensor scores, Tensor indices, double beta);

    /// <summary>All micro-batches of an update are through: under <see cref="NoiseRule.Quantile"/> their margins count from now on.</summary>
    public abstract void NoiseEndUpdate(NoiseState state);

    // Optimiser.

    /// <summary>norm [1, 1] = sqrt of the sum of squares of all elements, summed in double over fixed blocks.</summary>
    public abstract void GradientNorm(Tensor norm, Tensor gradients);

    /// <summary>
    /// One AdamW update of a flat range. weights float32 or bfloat16 (then <paramref name="master"/> holds float32 and weights get its rounding),
    /// gradients, m, v float32; norm [1, 1] from <see cref="GradientNorm"/>, read on the device.
    /// </summary>
    public abstract void AdamW(Tensor weights, Tensor master, Tensor gradients, Tensor m, Tensor v, Tensor norm, in AdamWStep step);

    // Sampling.

    /// <summary>Copies how to draw to settings [R, <see cref="SamplingRow.Words"/>] int32, a <see cref="SamplingRow"/> each, for <see cref="Sample"/>.</summary>
    /// <exception cref="ArgumentException">A setting has no meaning.</exception>
    public void UploadSampling(Tensor settings, ReadOnlySpan<SamplingRow> rows)
    {
        CheckSampling(rows);
        Upload(settings, MemoryMarshal.Cast<SamplingRow, int>(rows));
    }

    /// <summary>
    /// Draws tokens [R] int32 from logits [R, V] by the rows of settings (<see cref="UploadSampling"/>); logps [R] = log-prob of the token under the untempered,
    /// unfiltered distribution. The token is the first id at which the running mass of kept tokens, in id order, exceeds u * total.
    /// </summary>
    public abstract void Sample(Tensor tokens, Tensor logps, Tensor logits, Tensor settings, float softCap);

    /// <summary>The n most probable tokens of each row, most probable first, ties by lower id. ids [R, n] int32, logps [R, n].</summary>
    public abstract void TopLogProbs(Tensor ids, Tensor logps, Tensor logits, float softCap);

    /// <summary>A step over <paramref name="cache"/> that will be taken many times; the caller disposes it before the memory that it works on.</summary>
    /// <param name="cache">Where keys and values lie.</param>
    /// <param name="rows">The rows, as they are when the step is taken.</param>
    /// <param name="calls">Makes the calls for so many rows: ops only, neither uploads nor downloads.</param>
    public virtual RepeatedStep Repeat(KvCache cache, PagedRows rows, Action<int> calls) => new(rows, calls);
}
