using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// Log-probs of given responses under a policy and, in the same pass, a reference and their extrapolation. Works through any number of
/// items in batches of bounded size; results do not depend on the batching.
/// </summary>
public sealed class Scorer : IDisposable
{
    private readonly Model _policy;
    private readonly Model? _reference;
    private readonly float _lambda;
    private readonly Decoder _decoder;
    private readonly Decoder? _referenceDecoder;
    private readonly Arena _arena;
    private readonly DecoderWorkspace _policySpace;
    private readonly DecoderWorkspace? _referenceSpace;
    private readonly Head _head;
    private readonly LogProbRows _rows;
    private readonly PackedModel _packedPolicy;
    private readonly PackedModel? _packedReference;
    private readonly PackedBatch _batch;
    private readonly float[] _host;

    /// <param name="policy">The model that is scored.</param>
    /// <param name="reference">pi_ref, or null.</param>
    /// <param name="lambda">Extrapolation away from the reference.</param>
    /// <param name="maxTokens">Most rows of one item (prompt and its responses together), see <c>PackedBatch.RowsFor</c>.</param>
    /// <param name="batchTokens">Rows that a batch is filled up to.</param>
    public Scorer(Model policy, Model? reference, double lambda, int maxTokens, int batchTokens = 1024)
    {
        (_policy, _reference, _lambda) = (policy, reference, (float)lambda);
        if (reference is not null && reference.Config.VocabSize != policy.Config.VocabSize)
            throw new SpaException($"policy and reference differ in vocabulary: {policy.Config.VocabSize} and {reference.Config.VocabSize} tokens; both must use one "
                + "tokenizer");
        Capacity = Math.Max(maxTokens, batchTokens);
        _batch = reference is null ? new PackedBatch(policy.Config) : new PackedBatch(policy.Config, reference.Config);
        _decoder = new Decoder(policy.Backend, policy.Config, Math.Min(policy.Config.MaxPositions, Capacity));
        _referenceDecoder = reference is null ? null : new Decoder(reference.Backend, reference.Config, _decoder.Positions);
        DecoderWorkspace? policySpace = null, referenceSpace = null;
        Head? head = null;
        LogProbRows rows = default;
        void Lay(Arena arena)
        {
            policySpace = new DecoderWorkspace(policy.Config, ActivationPlan.Inference, Capacity, 2 * Capacity, policy.ActivationType, arena, policy.Adapter?.Layout);
            referenceSpace = reference is null ? null
                : new DecoderWorkspace(reference.Config, ActivationPlan.Inference, Capacity, 2 * Capacity, reference.ActivationType, arena, reference.Adapter?.Layout);
            head = new Head(policy.Backend, policy.Config, 2 * Capacity, reference is not null, arena);
            Tensor Rows(string name) => arena.Take(name, DType.Float32, 2 * Capacity, 1);
            rows = new LogProbRows { Policy = Rows("logp") };
            if (reference is null) return;
            rows.Reference = Rows("reference_logp");
            rows.Extrapolated = Rows("extrapolated_logp");
        }

        _arena = policy.Backend.CreateArena("scoring", Lay);
        (_policySpace, _referenceSpace, _head, _rows) = (policySpace!, referenceSpace, head!, rows);
        _packedPolicy = new PackedModel(policy);
        _packedReference = reference is null ? null : new PackedModel(reference, reference.SharesWeights(policy) ? _packedPolicy : null);
        _host = new float[2 * Capacity];
    }

    /// <summary>Rows of the largest batch.</summary>
    public int Capacity { get; }

    /// <summary>Scores all items in order; <paramref name="done"/> gets an item's index and its responses' scores.</summary>
    public void Score(IReadOnlyList<ScoreItem> items, Action<int, ScoredResponse[]> done, CancellationToken cancel = default)
    {
        for (int first = 0; first < items.Count;)
        {
            cancel.ThrowIfCancellationRequested();
            // A prompt that its responses rotate differently is stored several times, which memory is not planned for.
            if (Rows(items[first]) > Capacity)
            {
                done(first, [.. items[first].Responses.Select(response => ScoreAlone(items[first].Prompt, response))]);
                first++;
                continue;
            }
            int next = Pack(items, first);
            int sequence = 0;
            ScoredResponse[] scores = Run();
            for (; first < next; first++)
            {
                int count = items[first].Responses.Length;
                done(first, scores[sequence..(sequence + count)]);
                sequence += count;
            }
        }
    }

    public void Dispose()
    {
        _packedReference?.Dispose();
        _packedPolicy.Dispose();
        _arena.Dispose();
        _referenceDecoder?.Dispose();
        _decoder.Dispose();
    }

    // Fills the batch from item `first` on; returns the first item that did not fit.
    private int Pack(IReadOnlyList<ScoreItem> items, int first)
    {
        _batch.Clear();
        int next = first;
        while (next < items.Count && (next == first || _batch.Tokens + Rows(items[next]) <= Capacity && _batch.ResponseRows + Scored(items[next]) <= 2 * Capacity))
            _batch.AddShared(items[next].Prompt, items[next++].Responses);
        return next;
    }

    private ScoredResponse ScoreAlone(int[] prompt, int[] response)
    {
        _batch.Clear();
        _batch.AddShared(prompt, response);
        return Run()[0];
    }

    /// <summary>Scores the sequences of the batch.</summary>
    private ScoredResponse[] Run()
    {
        int tokens = _batch.Tokens, rows = _batch.ResponseRows;
        _decoder.Forward(_packedPolicy.Tensors, _policySpace, _batch);
        Tensor hidden = _decoder.FinalHidden(_packedPolicy.Tensors, _policySpace, tokens, rows), referenceHidden = default;
        if (_referenceSpace is not null)
        {
            _referenceDecoder!.Forward(_packedReference!.Tensors, _referenceSpace, _batch);
            referenceHidden = _referenceDecoder.FinalHidden(_packedReference.Tensors, _referenceSpace, tokens, rows);
        }
        LogProbRows cut = new()
        {
            Policy = DecoderWorkspace.For(_rows.Policy, rows),
            Reference = DecoderWorkspace.For(_rows.Reference, rows),
            Extrapolated = DecoderWorkspace.For(_rows.Extrapolated, rows),
        };
        _head.Forward(cut, hidden, _packedPolicy.Tensors, referenceHidden, _packedReference?.Tensors, DecoderWorkspace.For(_policySpace.Labels, rows), _lambda);
        float[][] policy = Read(cut.Policy, rows)!;
        float[][]? reference = Read(cut.Reference, rows), extrapolated = Read(cut.Extrapolated, rows);
        return [.. policy.Select((logps, i) => new ScoredResponse(logps, reference?[i], extrapolated?[i]))];
    }

    private float[][]? Read(Tensor column, int rows)
    {
        if (column.IsAbsent) return null;
        _policy.Backend.Download(_host.AsSpan(0, rows), column);
        return [.. _batch.Sequences.Select(s => _host.AsSpan(s.Start, s.Count).ToArray())];
    }

    private int Rows(ScoreItem item)
    {
        int[] lengths = [.. item.Responses.Select(r => r.Length)];
        int rows = PackedBatch.RowsFor(_policy.Config, item.Prompt.Length, lengths);
        return _reference is null ? rows : Math.Max(rows, PackedBatch.RowsFor(_reference.Config, item.Prompt.Length, lengths));
    }

    private static int Scored(ScoreItem item) => item.Responses.Sum(r => r.Length);
}
