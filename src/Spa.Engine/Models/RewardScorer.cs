using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>Rewards of whole responses under a reward model. Works through any number of items in batches of bounded size; results do not depend on the batching.</summary>
public sealed class RewardScorer : IDisposable
{
    private readonly Model _model;
    private readonly Decoder _decoder;
    private readonly Arena _arena;
    private readonly DecoderWorkspace _space;
    private readonly Tensor _rewards;
    private readonly PackedModel _packed;
    private readonly PackedBatch _batch;
    private readonly float[] _host;

    /// <param name="model">With a reward head.</param>
    /// <param name="maxTokens">Most rows of one item (prompt and its responses together), see <see cref="PackedBatch.WholeRowsFor"/>.</param>
    /// <param name="batchTokens">Rows that a batch is filled up to.</param>
    public RewardScorer(Model model, int maxTokens, int batchTokens = 1024)
    {
        if (!model.Config.RewardHead) throw new ArgumentException("the model has no reward head", nameof(model));
        _model = model;
        Capacity = Math.Max(maxTokens, batchTokens);
        _batch = new PackedBatch(model.Config);
        _decoder = new Decoder(model.Backend, model.Config, Math.Min(model.Config.MaxPositions, Capacity));
        DecoderWorkspace? space = null;
        Tensor rewards = default;
        _arena = model.Backend.CreateArena("rewards", arena =>
        {
            space = new DecoderWorkspace(model.Config, ActivationPlan.Inference, Capacity, Capacity, model.ActivationType, arena, model.Adapter?.Layout);
            rewards = arena.Take("rewards", DType.Float32, Capacity, 1);
        });
        (_space, _rewards) = (space!, rewards);
        _packed = new PackedModel(model);
        _host = new float[Capacity];
    }

    /// <summary>Rows of the largest batch.</summary>
    public int Capacity { get; }

    /// <summary>Scores all items in order; <paramref name="done"/> gets an item's index and its responses' rewards.</summary>
    public void Score(IReadOnlyList<ScoreItem> items, Action<int, double[]> done, CancellationToken cancel = default)
    {
        for (int first = 0; first < items.Count;)
        {
            cancel.ThrowIfCancellationRequested();
            _batch.Clear();
            int next = first;
            while (next < items.Count && (next == first || _batch.Tokens + Rows(items[next]) <= Capacity))
                _batch.AddWhole(items[next].Prompt, _model.Config.PadToken, items[next++].Responses);
            Run();
            for (int row = 0; first < next; first++)
            {
                int count = items[first].Responses.Length;
                done(first, Array.ConvertAll(_host[row..(row + count)], x => (double)x));
                row += count;
            }
        }
    }

    public void Dispose()
    {
        _packed.Dispose();
        _arena.Dispose();
        _decoder.Dispose();
    }

    private void Run()
    {
        int rows = _batch.ResponseRows;
        if (rows == 0) return;
        _decoder.Forward(_packed.Tensors, _space, _batch);
        Tensor rewards = DecoderWorkspace.For(_rewards, rows);
        RewardHead.Forward(_model.Backend, rewards, _decoder.FinalHidden(_packed.Tensors, _space, _batch.Tokens, rows), _packed.Tensors);
        _model.Backend.Download(_host.AsSpan(0, rows), rewards);
    }

    private int Rows(ScoreItem item) => PackedBatch.WholeRowsFor(_model.Config, item.Prompt.Length, [.. item.Responses.Select(r => r.Length)]);
}
