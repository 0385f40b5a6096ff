using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Preference;

namespace Spa.Engine.Training;

/// <summary>
/// DPO and its relatives, with noise-aware refinement where settings for it are given (docs/algorithm.md sections 2 and 6). Loss: mean over a
/// micro-batch, micro-batches of an update weighted equally. The reference's forward runs only where its log-probs are not known or its logits are
/// extrapolated. Rewards, losses, flags and metrics are made where the logits are; the host reads them once an update.
/// </summary>
public sealed class PreferenceTask : ITrainingTask
{
    private static readonly string[] s_names =
    [
        "loss", "entropy", "logits/chosen", "logits/rejected", "mean_token_accuracy", "rewards/chosen", "rewards/rejected", "rewards/accuracies",
        "rewards/margins", "logps/chosen", "logps/rejected", "spa/flagged", "spa/ext_margin", "spa/threshold", "spa/alpha",
    ];

    // The device's metrics come in the order of the names; the slots from Flagged on have weights of their own.
    private const int AlphaSlot = (int)PairMetricSlot.Threshold + 1;

    private readonly IReadOnlyList<PreferenceExample> _examples;
    private readonly PreferenceObjective _objective;
    private readonly RefinementSettings? _refinement;
    private readonly ComputeBackend _backend;
    private readonly Model _policy;
    private readonly TrainingPass _pass;
    private readonly PairTensors _tensors;
    private readonly Model? _reference;
    private readonly int[] _indices;
    private readonly double[] _metrics = new double[(int)PairMetricSlot.MicroBatches + 1];
    private readonly double[] _margins;
    private readonly int[] _flags;
    private readonly double[] _latestMargins;
    private readonly bool[] _latestFlags;
    private readonly double[] _results;
    private readonly double[] _trainedMargins;
    private bool _referenceKnown, _refreshed;
    private UpdateContext _context;
    private int _pairs;

    /// <param name="policy">What is trained.</param>
    /// <param name="reference">pi_ref; may be null if every example has its reference log-probs, the objective takes them, and nothing is extrapolated or refreshed.</param>
    /// <param name="examples">All pairs of the stage.</param>
    /// <param name="settings">Batch size and checkpointing.</param>
    /// <param name="objective">The loss.</param>
    /// <param name="refinement">Noise-aware training, or null.</param>
    public PreferenceTask(PolicyState policy, Model? reference, IReadOnlyList<PreferenceExample> examples, TrainerSettings settings, PreferenceObjective objective,
        RefinementSettings? refinement = null)
    {
        objective.Check();
        (_examples, _objective, _refinement, _backend, _policy) = (examples, objective, refinement, policy.Model.Backend, policy.Model);
        _referenceKnown = objective.TakesReferenceSums && examples.All(e => e.ReferenceChosen is not null && e.ReferenceRejected is not null);
        bool needsReference = !_referenceKnown || refinement?.NeedsReference() == true;
        if (needsReference && reference is null)
            throw new ArgumentException("the reference model is needed: log-probs are not known for every pair, logits are extrapolated, or it is replaced on the way");
        _reference = reference;
        int tokens = SftTask.Largest(settings.MicroBatch, examples.Select(e => PackedBatch.RowsFor(policy.Model.Config, e.Prompt.Length, e.Chosen.Length, e.Rejected.Length)));
        int rows = SftTask.Largest(settings.MicroBatch, examples.Select(e => e.Chosen.Length + e.Rejected.Length));
        int positions = examples.Max(e => e.Prompt.Length + Math.Max(e.Chosen.Length, e.Rejected.Length));
        int perUpdate = settings.MicroBatch * settings.Accumulation;
        PairTensors? tensors = null;
        _pass = new TrainingPass(policy, needsReference ? reference : null, tokens, rows, positions, settings.GradientCheckpointing,
            arena => tensors = new PairTensors(arena, settings.MicroBatch, perUpdate, objective, refinement, examples.Count), squares: objective.Weighted);
        _tensors = tensors!;
        _tensors.Noise?.Reset(_backend);
        (_indices, _margins, _flags) = (new int[perUpdate], new double[perUpdate], new int[perUpdate]);
        _results = new double[refinement is null ? 0 : perUpdate * PairColumns.Results];
        _trainedMargins = new double[examples.Count];
        Array.Fill(_trainedMargins, double.NaN);
        _latestMargins = new double[examples.Count];
        _latestFlags = new bool[examples.Count];
        Array.Fill(_latestMargins, double.NaN);
    }

    public int Count => _examples.Count;

    public IReadOnlyList<string> MetricNames => s_names;

    public long TokensSeen { get; private set; }

    /// <summary>Micro-batches for which the reference was run.</summary>
    public long ReferenceForwards { get; private set; }

    /// <summary>beta M of every pair when it was last visited; NaN before, and without refinement.</summary>
    public IReadOnlyList<double> LatestMargins => _latestMargins;

    /// <summary>beta D of every pair then, of which M is the extrapolation.</summary>
    public IReadOnlyList<double> TrainedMargins => _trainedMargins;

    /// <summary>Whether it was flagged then.</summary>
    public IReadOnlyList<bool> LatestFlags => _latestFlags;

    private bool Extrapolates => _refinement?.NeedsReferenceLogits() == true;

    public void BeginUpdate(ReadOnlySpan<int> examples, UpdateContext context)
    {
        _context = context;
        _pairs = 0;
        _backend.Zero(_tensors.Metrics);
        if (_refinement?.RefreshesAt(context.Done) == true) RefreshReference();
    }

    public void RunMicroBatch(ReadOnlySpan<int> examples, MetricSums metrics)
    {
        PackedBatch batch = _pass.Batch;
        batch.Clear();
        foreach (int i in examples) batch.AddShared(_examples[i].Prompt, _examples[i].Chosen, _examples[i].Rejected);
        TokensSeen += batch.UnsharedTokens;
        PairBatch pairs = _tensors.Upload(_backend, batch, _examples, examples, _referenceKnown, _pairs);
        bool withReference = !_referenceKnown || Extrapolates;
        _pass.Forward(Extrapolates ? _refinement!.Extrapolation : 0, withReference);
        if (withReference) ReferenceForwards++;
        Score(pairs);
        double? alpha = _refinement is null ? null : Flag(pairs, _refinement, metrics);
        // Until alpha rises, flagged pairs are as all others.
        FlagEffect flagged = alpha > 0 ? _refinement!.Flagged : FlagEffect.Smooth;
        double scale = 1.0 / (examples.Length * _context.MicroBatches);
        for (int loss = 0; loss < _objective.Losses.Count; loss++)
            _backend.RewardLoss(pairs.Results, _pass.Coefficient, pairs.Scores, pairs.Segments, alpha is null ? default : pairs.Flags, _objective.Step(loss, scale, alpha, flagged), pairs.Weights);
        _pass.Backward();
        _backend.RewardMetrics(_tensors.Metrics, pairs.Results, pairs.Scores, pairs.Segments, _pass.Rows, alpha is null ? default : pairs.Margins, alpha is null ? default : pairs.Flags,
            _tensors.Noise);
        examples.CopyTo(_indices.AsSpan(_pairs));
        _pairs += examples.Length;
    }

    public void EndUpdate(MetricSums metrics)
    {
        if (_tensors.Noise is { } noise)
        {
            _backend.NoiseEndUpdate(noise);
            _backend.Download(_margins.AsSpan(0, _pairs), _tensors.Margins.Flat(0, _pairs));
            _backend.Download(_flags.AsSpan(0, _pairs), _tensors.Flags.Flat(0, _pairs));
            _backend.Download(_results.AsSpan(0, _pairs * PairColumns.Results), _tensors.Results.Flat(0, (long)_pairs * PairColumns.Results));
            for (int i = 0; i < _pairs; i++)
            {
                (_latestMargins[_indices[i]], _latestFlags[_indices[i]]) = (_margins[i], _flags[i] != 0);
                _trainedMargins[_indices[i]] = _results[i * PairColumns.Results + PairColumns.Margin];
            }
        }
        _backend.Download<double>(_metrics, _tensors.Metrics);
        double At(PairMetricSlot slot) => _metrics[(int)slot];
        void Add(PairMetricSlot slot, double weight)
        {
            if (weight > 0) metrics.Add((int)slot, At(slot) / weight, weight);
        }

        for (PairMetricSlot slot = PairMetricSlot.Loss; slot <= PairMetricSlot.LogpsRejected; slot++) Add(slot, At(PairMetricSlot.MicroBatches));
        if (_refinement is null) return;
        Add(PairMetricSlot.Flagged, _pairs);
        Add(PairMetricSlot.ExtrapolatedMargin, _pairs);
        Add(PairMetricSlot.Threshold, At(PairMetricSlot.Thresholds));
    }

    /// <summary>The reference's weights, once they are no longer those that the stage began with.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> States =>
        _refreshed ? _reference!.Trainable.Parameters.Select(p => (p.Name, _reference.TrainableWeight(p).Flat(0, p.Count))) : [];

    public JsonObject SaveState()
    {
        var state = new JsonObject { ["num_tokens"] = TokensSeen };
        if (_refreshed) state["reference_refreshed"] = true;
        if (_tensors.Noise is not { } noise) return state;
        state["threshold"] = Bits(noise.Save(_backend));
        state["margins"] = Bits(_latestMargins);
        state["trained_margins"] = Bits(_trainedMargins);
        state["flags"] = new JsonArray([.. _latestFlags.Select(f => (JsonNode)f)]);
        return state;
    }

    public void RestoreState(JsonObject state)
    {
        TokensSeen = state["num_tokens"]!.GetValue<long>();
        if (state.ContainsKey("reference_refreshed")) (_refreshed, _referenceKnown) = (true, false);
        if (_tensors.Noise is not { } noise) return;
        noise.Restore(_backend, FromBits(state["threshold"]!));
        FromBits(state["margins"]!).CopyTo(_latestMargins, 0);
        FromBits(state["trained_margins"]!).CopyTo(_trainedMargins, 0);
        for (int i = 0; i < _latestFlags.Length; i++) _latestFlags[i] = state["flags"]![i]!.GetValue<bool>();
    }

    public void Refresh() => _reference?.Refresh();

    public string Describe(ReadOnlySpan<int> examples) => $"pairs {string.Join(", ", examples.ToArray())}";

    public void Dispose() => _pass.Dispose();

    // What is known of the old reference, and the margins against it, hold no longer.
    private void RefreshReference()
    {
        _reference!.CopyFrom(_policy);
        (_refreshed, _referenceKnown) = (true, false);
        _tensors.Noise?.Reset(_backend);
    }

    private void Score(in PairBatch pairs)
    {
        LogProbRows rows = _pass.Rows;
        var sums = new PairRows { Segments = pairs.Segments, Policy = rows.Policy, Reference = rows.Reference, KnownReference = pairs.KnownReference };
        if (Extrapolates) sums.Extrapolated = rows.Extrapolated;
        _backend.RewardScores(pairs.Scores, sums, _objective.Tail);
        if (_objective.Weighted) _backend.RewardWeights(pairs.Weights, pairs.Segments, rows.Policy, rows.Squares);
    }

    // Flags the micro-batch and returns alpha; flags and threshold are kept up while alpha is still 0.
    private double Flag(in PairBatch pairs, RefinementSettings refinement, MetricSums metrics)
    {
        _backend.NoiseFlag(pairs.Margins, pairs.Flags, _tensors.Noise!, pairs.Scores, pairs.Indices, _objective.Beta);
        double alpha = refinement.AlphaAt(_context.Done, _context.Total);
        metrics.Add(AlphaSlot, alpha);
        return alpha;
    }

    private static JsonArray Bits(IEnumerable<double> values) => [.. values.Select(v => (JsonNode)BitConverter.DoubleToInt64Bits(v))];

    private static double[] FromBits(JsonNode array) => [.. array.AsArray().Select(v => BitConverter.Int64BitsToDouble(v!.GetValue<long>()))];
}
