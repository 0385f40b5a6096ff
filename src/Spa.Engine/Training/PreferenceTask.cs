using System.Text.Json.Nodes;
using Spa.Engine.Models;
using Spa.Engine.Preference;

namespace Spa.Engine.Training;

/// <summary>
/// DPO, with noise-aware refinement where settings for it are given (docs/algorithm.md sections 2 and 6). Loss: mean over a micro-batch, micro-batches
/// of an update weighted equally. The reference's forward runs only where its log-probs are not known or its logits are extrapolated.
/// </summary>
public sealed class PreferenceTask : ITrainingTask
{
    private enum Slot
    {
        Loss, Entropy, LogitsChosen, LogitsRejected, Accuracy, RewardsChosen, RewardsRejected, RewardAccuracy, RewardMargin, LogpsChosen, LogpsRejected,
        Threshold, Flagged, ExtrapolatedMargin, Alpha,
    }

    private static readonly string[] s_names =
    [
        "loss", "entropy", "logits/chosen", "logits/rejected", "mean_token_accuracy", "rewards/chosen", "rewards/rejected", "rewards/accuracies",
        "rewards/margins", "logps/chosen", "logps/rejected", "spa/threshold", "spa/flagged", "spa/ext_margin", "spa/alpha",
    ];

    private readonly IReadOnlyList<PreferenceExample> _examples;
    private readonly double _beta;
    private readonly double _labelSmoothing;
    private readonly RefinementSettings? _refinement;
    private readonly NoiseThreshold? _threshold;
    private readonly TrainingPass _pass;
    private readonly PairLogProbs[] _pairs;
    private readonly double[] _margins;
    private readonly bool[] _flags;
    private readonly bool _referenceKnown;
    private readonly double[] _latestMargins;
    private readonly bool[] _latestFlags;
    private UpdateContext _context;

    /// <param name="policy">What is trained.</param>
    /// <param name="reference">pi_ref; may be null if every example has its reference log-probs and nothing is extrapolated.</param>
    /// <param name="examples">All pairs of the stage.</param>
    /// <param name="settings">Batch size and checkpointing.</param>
    /// <param name="beta">Strength of the KL penalty.</param>
    /// <param name="refinement">Noise-aware training, or null for plain DPO.</param>
    /// <param name="labelSmoothing">Without refinement: share of labels taken as flipped, for every pair (conservative DPO).</param>
    public PreferenceTask(PolicyState policy, Model? reference, IReadOnlyList<PreferenceExample> examples, TrainerSettings settings, double beta,
        RefinementSettings? refinement = null,
        double labelSmoothing = 0)
    {
        (_examples, _beta, _refinement, _labelSmoothing) = (examples, beta, refinement, labelSmoothing);
        _referenceKnown = examples.All(e => e.ReferenceChosen is not null && e.ReferenceRejected is not null);
        bool needsReference = !_referenceKnown || Extrapolates;
        if (needsReference && reference is null)
            throw new ArgumentException("the reference model is needed: log-probs are not known for every pair, or logits are extrapolated");
        if (refinement is not null) _threshold = NoiseThreshold.Create(refinement.Threshold, refinement.NoiseQuantile, examples.Count);
        int tokens = SftTask.Largest(settings.MicroBatch, examples.Select(e => PackedBatch.RowsFor(policy.Model.Config, e.Prompt.Length, e.Chosen.Length, e.Rejected.Length)));
        int rows = SftTask.Largest(settings.MicroBatch, examples.Select(e => e.Chosen.Length + e.Rejected.Length));
        int positions = examples.Max(e => e.Prompt.Length + Math.Max(e.Chosen.Length, e.Rejected.Length));
        _pass = new TrainingPass(policy, needsReference ? reference : null, tokens, rows, positions, settings.GradientCheckpointing);
        _pairs = new PairLogProbs[settings.MicroBatch];
        _margins = new double[settings.MicroBatch];
        _flags = new bool[settings.MicroBatch];
        _latestMargins = new double[examples.Count];
        _latestFlags = new bool[examples.Count];
        Array.Fill(_latestMargins, double.NaN);
    }

    public int Count => _examples.Count;

    public IReadOnlyList<string> MetricNames => s_names;

    public long TokensSeen { get; private set; }

    /// <summary>beta M of every pair when it was last visited; NaN before, and without refinement.</summary>
    public IReadOnlyList<double> LatestMargins => _latestMargins;

    /// <summary>Whether it was flagged then.</summary>
    public IReadOnlyList<bool> LatestFlags => _latestFlags;

    private bool Extrapolates => _refinement?.NeedsReferenceLogits() == true;

    public void BeginUpdate(ReadOnlySpan<int> examples, UpdateContext context) => _context = context;

    public void RunMicroBatch(ReadOnlySpan<int> examples, MetricSums metrics)
    {
        PackedBatch batch = _pass.Batch;
        batch.Clear();
        foreach (int i in examples) batch.AddShared(_examples[i].Prompt, _examples[i].Chosen, _examples[i].Rejected);
        TokensSeen += batch.UnsharedTokens;
        _pass.Forward(Extrapolates ? _refinement!.Extrapolation : 0, withReference: !_referenceKnown || Extrapolates);
        for (int i = 0; i < examples.Length; i++) _pairs[i] = Gather(_examples[examples[i]], 2 * i);
        double alpha = _refinement is null ? _labelSmoothing : Flag(examples, _refinement, metrics);
        double scale = 1.0 / (examples.Length * _context.MicroBatches);
        for (int i = 0; i < examples.Length; i++)
        {
            PairLoss loss = PairLoss.Refined(_pairs[i].Margin, _beta, _refinement is null || _flags[i] ? alpha : 0);
            Spread(2 * i, loss.DChosen * scale);
            Spread(2 * i + 1, loss.DRejected * scale);
            metrics.Add((int)Slot.Loss, loss.Loss, 1.0 / examples.Length);
        }
        _pass.Backward();
        AddRewards(examples.Length, metrics);
        AddTokenMetrics(examples.Length, metrics);
    }

    public void EndUpdate() => _threshold?.EndUpdate();

    public JsonObject SaveState()
    {
        var state = new JsonObject { ["num_tokens"] = TokensSeen };
        if (_threshold is null) return state;
        state["threshold"] = _threshold.Save();
        state["margins"] = new JsonArray([.. _latestMargins.Select(m => (JsonNode)BitConverter.DoubleToInt64Bits(m))]);
        state["flags"] = new JsonArray([.. _latestFlags.Select(f => (JsonNode)f)]);
        return state;
    }

    public void RestoreState(JsonObject state)
    {
        TokensSeen = state["num_tokens"]!.GetValue<long>();
        if (_threshold is null) return;
        _threshold.Restore(state["threshold"]!.AsObject());
        for (int i = 0; i < _latestMargins.Length; i++)
        {
            _latestMargins[i] = BitConverter.Int64BitsToDouble(state["margins"]![i]!.GetValue<long>());
            _latestFlags[i] = state["flags"]![i]!.GetValue<bool>();
        }
    }

    public string Describe(ReadOnlySpan<int> examples) => $"pairs {string.Join(", ", examples.ToArray())}";

    public void Dispose() => _pass.Dispose();

    // Flags the micro-batch and returns alpha; flags and threshold are kept up while alpha is still 0.
    private double Flag(ReadOnlySpan<int> examples, RefinementSettings refinement, MetricSums metrics)
    {
        for (int i = 0; i < examples.Length; i++) _margins[i] = _beta * _pairs[i].ExtrapolatedMargin;
        _threshold!.Flag(examples, _margins.AsSpan(0, examples.Length), _flags);
        double alpha = refinement.AlphaAt(_context.Done, _context.Total);
        for (int i = 0; i < examples.Length; i++)
        {
            metrics.Add((int)Slot.Flagged, _flags[i] ? 1 : 0);
            metrics.Add((int)Slot.ExtrapolatedMargin, _margins[i]);
            (_latestMargins[examples[i]], _latestFlags[examples[i]]) = (_margins[i], _flags[i]);
        }
        metrics.Add((int)Slot.Alpha, alpha);
        if (!double.IsNaN(_threshold.Current)) metrics.Add((int)Slot.Threshold, _threshold.Current);
        return alpha;
    }

    private PairLogProbs Gather(PreferenceExample example, int chosen)
    {
        double policyChosen = Sum(_pass.PolicyLogps, chosen), policyRejected = Sum(_pass.PolicyLogps, chosen + 1);
        return new PairLogProbs
        {
            PolicyChosen = policyChosen,
            PolicyRejected = policyRejected,
            ReferenceChosen = example.ReferenceChosen ?? Sum(_pass.ReferenceLogps, chosen),
            ReferenceRejected = example.ReferenceRejected ?? Sum(_pass.ReferenceLogps, chosen + 1),
            ExtrapolatedChosen = Extrapolates ? Sum(_pass.ExtrapolatedLogps, chosen) : policyChosen,
            ExtrapolatedRejected = Extrapolates ? Sum(_pass.ExtrapolatedLogps, chosen + 1) : policyRejected,
        };
    }

    private double Sum(ReadOnlySpan<float> rows, int sequence)
    {
        PackedSequence where = _pass.Batch.Sequences[sequence];
        double sum = 0;
        foreach (float value in rows.Slice(where.Start, where.Count)) sum += value;
        return sum;
    }

    private void Spread(int sequence, double coefficient)
    {
        PackedSequence where = _pass.Batch.Sequences[sequence];
        _pass.Coefficients.Slice(where.Start, where.Count).Fill((float)coefficient);
    }

    private void AddRewards(int count, MetricSums metrics)
    {
        double weight = 1.0 / count;
        for (int i = 0; i < count; i++)
        {
            ref readonly PairLogProbs pair = ref _pairs[i];
            double chosen = _beta * (pair.PolicyChosen - pair.ReferenceChosen), rejected = _beta * (pair.PolicyRejected - pair.ReferenceRejected);
            metrics.Add((int)Slot.RewardsChosen, chosen, weight);
            metrics.Add((int)Slot.RewardsRejected, rejected, weight);
            metrics.Add((int)Slot.RewardAccuracy, chosen > rejected ? 1 : 0, weight);
            metrics.Add((int)Slot.RewardMargin, chosen - rejected, weight);
            metrics.Add((int)Slot.LogpsChosen, pair.PolicyChosen, weight);
            metrics.Add((int)Slot.LogpsRejected, pair.PolicyRejected, weight);
        }
    }

    // Means over the tokens of a micro-batch; token accuracy counts the chosen responses, as TRL does.
    private void AddTokenMetrics(int count, MetricSums metrics)
    {
        double entropy = 0, chosenLogits = 0, rejectedLogits = 0, correct = 0;
        int chosenTokens = 0, rejectedTokens = 0;
        for (int s = 0; s < 2 * count; s++)
        {
            PackedSequence where = _pass.Batch.Sequences[s];
            double logits = 0;
            for (int r = where.Start; r < where.Start + where.Count; r++)
            {
                entropy += _pass.Entropy[r];
                logits += _pass.MeanLogit[r];
                if (s % 2 == 0) correct += _pass.Top1[r];
            }
            if (s % 2 == 0) (chosenLogits, chosenTokens) = (chosenLogits + logits, chosenTokens + where.Count);
            else (rejectedLogits, rejectedTokens) = (rejectedLogits + logits, rejectedTokens + where.Count);
        }
        metrics.Add((int)Slot.Entropy, entropy / (chosenTokens + rejectedTokens));
        metrics.Add((int)Slot.LogitsChosen, chosenLogits / chosenTokens);
        metrics.Add((int)Slot.LogitsRejected, rejectedLogits / rejectedTokens);
        metrics.Add((int)Slot.Accuracy, correct / chosenTokens);
    }
}
