using Spa.Engine.Compute;
using Spa.Engine.Models.Adapters;

namespace Spa.Engine.Models;

/// <summary>
/// Memory of forward and backward passes for batches up to a fixed size, laid out in one arena before the first step. The tensors have
/// full capacity; <see cref="For"/> cuts one to the batch at hand.
/// </summary>
public sealed class DecoderWorkspace
{
    private readonly Tensor[] _streams;
    private readonly LayerActivations[] _layers;

    /// <param name="config">Options of the decoder.</param>
    /// <param name="plan">What is kept for backward.</param>
    /// <param name="tokens">Most tokens of a batch.</param>
    /// <param name="responseRows">Most rows that enter the head.</param>
    /// <param name="activations">Type of activations and their gradients (<see cref="ComputeBackend.ActivationType"/>).</param>
    /// <param name="arena">Where the memory comes from.</param>
    /// <param name="adapter">The adapter that passes will use; null: none.</param>
    public DecoderWorkspace(DecoderConfig config, ActivationPlan plan, int tokens, int responseRows, DType activations, Arena arena, AdapterLayout? adapter = null)
    {
        (Plan, MaxTokens, MaxResponseRows) = (plan, tokens, responseRows);
        Tensor Take(string name, int columns) => arena.Take(name, activations, tokens, columns);
        Ids = arena.Take("ids", DType.Int32, tokens, 1);
        Rotary = [.. config.Rotaries.Select((settings, i) => new RotaryRows(settings, tokens, $"rotary.{i}", arena))];
        ResponseRows = arena.Take("response_rows", DType.Int32, responseRows, 1);
        Labels = arena.Take("labels", DType.Int32, responseRows, 1);
        _streams = [.. Enumerable.Range(0, plan == ActivationPlan.Inference ? 2 : config.Layers + 1).Select(i => Take($"stream.{i}", config.HiddenSize))];
        _layers = [.. Enumerable.Range(0, plan == ActivationPlan.Training ? config.Layers : 1)
            .Select(i => new LayerActivations(config, activations, arena, $"layer.{i}", tokens))];
        Normed = Take("normed", config.HiddenSize);
        Activated = Take("activated", config.IntermediateSize);
        Gathered = arena.Take("gathered", activations, responseRows, config.HiddenSize);
        FinalStatistics = arena.Take("final_norm", DType.Float32, responseRows, config.Norm == NormKind.Layer ? 2 : 1);
        Hidden = arena.Take("hidden", activations, responseRows, config.HiddenSize);
        if (adapter is not null) Adapter = new AdapterScratch(adapter, plan != ActivationPlan.Inference, tokens, activations, arena);
        if (plan == ActivationPlan.Inference) return;
        StreamGradient = Take("d_stream", config.HiddenSize);
        BranchGradient = Take("d_branch", config.HiddenSize);
        NormedGradient = Take("d_normed", config.HiddenSize);
        ActivatedGradient = Take("d_activated", config.IntermediateSize);
        AttentionGradient = Take("d_attention", config.QueryWidth);
        QkvGradient = Take("d_qkv", config.QkvWidth);
        HiddenGradient = arena.Take("d_hidden", activations, responseRows, config.HiddenSize);
    }

    public ActivationPlan Plan { get; }

    public int MaxTokens { get; }

    public int MaxResponseRows { get; }

    /// <summary>[T, 1] int32.</summary>
    public Tensor Ids { get; }

    /// <summary>Rows of the rotary tables, one for each of the model's embeddings.</summary>
    public IReadOnlyList<RotaryRows> Rotary { get; }

    /// <summary>[R, 1] int32 each.</summary>
    public Tensor ResponseRows { get; }

    public Tensor Labels { get; }

    /// <summary>Scratch [T, C]: a norm's output.</summary>
    public Tensor Normed { get; }

    /// <summary>Scratch [T, F].</summary>
    public Tensor Activated { get; }

    /// <summary>[R, C]: the residual stream of the response rows.</summary>
    public Tensor Gathered { get; }

    public Tensor FinalStatistics { get; }

    /// <summary>[R, C]: what the head multiplies.</summary>
    public Tensor Hidden { get; }

    public Tensor StreamGradient { get; }

    public Tensor BranchGradient { get; }

    public Tensor NormedGradient { get; }

    public Tensor ActivatedGradient { get; }

    public Tensor AttentionGradient { get; }

    public Tensor QkvGradient { get; }

    /// <summary>[R, C]: the head's gradient.</summary>
    public Tensor HiddenGradient { get; }

    /// <summary>Scratch of adapted products; null without an adapter.</summary>
    public AdapterScratch? Adapter { get; }

    /// <summary>The first <paramref name="rows"/> rows of a tensor of full capacity; absent stays absent.</summary>
    public static Tensor For(Tensor tensor, int rows) => tensor.IsAbsent ? tensor : tensor.RowRange(0, rows);

    /// <summary>The residual stream before a layer; <c>Layers</c>: after the last.</summary>
    public Tensor Stream(int layer, int tokens) => For(_streams[Plan == ActivationPlan.Inference ? layer % 2 : layer], tokens);

    public LayerActivations Layer(int layer) => _layers[Plan == ActivationPlan.Training ? layer : 0];

    /// <summary>Copies a batch to the device.</summary>
    public void Upload(ComputeBackend backend, PackedBatch batch)
    {
        if (batch.Tokens > MaxTokens || batch.ResponseRows > MaxResponseRows)
            throw new SpaException($"a batch of {batch.Tokens} tokens with {batch.ResponseRows} scored rows exceeds the planned {MaxTokens} and {MaxResponseRows}");
        backend.Upload(For(Ids, batch.Tokens), batch.Ids);
        UploadPositions(backend, batch.Positions, batch.Lengths);
        backend.Upload(For(ResponseRows, batch.ResponseRows), batch.ResponseRowIndices);
        backend.Upload(For(Labels, batch.ResponseRows), batch.Labels);
        if (Adapter is { RowKeys.IsAbsent: false }) backend.Upload(For(Adapter.RowKeys, batch.Tokens), batch.RowKeys);
    }

    /// <summary>Copies where tokens stand to the device: each one's position, and the length of its sequence.</summary>
    public void UploadPositions(ComputeBackend backend, ReadOnlySpan<int> positions, ReadOnlySpan<int> lengths)
    {
        // By index: an enumerator of the interface would be allocated.
        for (int i = 0; i < Rotary.Count; i++) Rotary[i].Upload(backend, positions, lengths);
    }
}
