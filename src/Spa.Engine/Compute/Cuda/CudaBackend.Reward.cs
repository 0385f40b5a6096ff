using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    // As in reward.cu and noise.cu.
    private const int RewardThreads = 256;
    private const int NoiseThreads = 512;

    public override void RewardScores(Tensor scores, in PairRows rows, double tail = 1)
    {
        int pairs = RequirePairRows(scores, rows);
        Launch(PairKernels.RewardScores.With(0), new LaunchShape(Blocks(2L * pairs, RewardThreads / 32), 1, 1, RewardThreads), new RewardScoresArgs
        {
            Scores = scores.Address,
            Segments = rows.Segments.Address,
            Policy = rows.Policy.Address,
            Reference = rows.Reference.Address,
            Extrapolated = rows.Extrapolated.Address,
            Known = rows.KnownReference.Address,
            Tail = tail,
            Pairs = pairs,
        });
    }

    public override void RewardLoss(Tensor results, Tensor coefficient, Tensor scores, Tensor segments, Tensor flags, in PairLossStep step, Tensor weights = default)
    {
        int pairs = RequirePairs(scores, PairColumns.Scores);
        RequireVector(results, DType.Float64, (long)pairs * PairColumns.Results);
        RequireVector(coefficient, DType.Float32, coefficient.Count);
        RequireSegments(segments, pairs);
        if (!flags.IsAbsent) RequireVector(flags, DType.Int32, pairs);
        if (!weights.IsAbsent) RequireVector(weights, DType.Float64, pairs);
        step.Check(nameof(RewardLoss), !weights.IsAbsent);
        Launch(PairKernels.RewardLoss.With((int)step.Kind), new LaunchShape(1, 1, 1, RewardThreads), new RewardLossArgs
        {
            Results = results.Address,
            Coefficient = coefficient.Address,
            Scores = scores.Address,
            Segments = segments.Address,
            Flags = flags.Address,
            Weights = weights.Address,
            Beta = step.Beta,
            Smoothing = step.Smoothing,
            Weight = step.Weight,
            Scale = step.Scale,
            Tail = step.Tail,
            Tau = step.Tau,
            Alpha = step.Alpha,
            Pairs = pairs,
            Accumulate = step.Accumulate ? 1 : 0,
            Divergence = (int)step.EffectiveDivergence,
            FlagEffect = (int)step.Flagged,
        });
    }

    public override void RewardWeights(Tensor weights, Tensor segments, Tensor policy, Tensor squares)
    {
        int pairs = RequirePairs(weights, 1);
        RequireSegments(segments, pairs);
        RequireVector(policy, DType.Float32, policy.Count);
        RequireVector(squares, DType.Float32, policy.Count);
        Launch(PairKernels.RewardWeights.With(0), new LaunchShape(Blocks(pairs, RewardThreads / 32), 1, 1, RewardThreads), new RewardWeightsArgs
        {
            Weights = weights.Address,
            Segments = segments.Address,
            Policy = policy.Address,
            Squares = squares.Address,
            Pairs = pairs,
        });
    }

    public override void RewardMetrics(Tensor metrics, Tensor results, Tensor scores, Tensor segments, in LogProbRows rows, Tensor margins = default, Tensor flags = default,
        NoiseState? noise = null)
    {
        int pairs = RequirePairs(scores, PairColumns.Scores);
        RequireVector(metrics, DType.Float64, (long)PairMetricSlot.MicroBatches + 1);
        RequireVector(results, DType.Float64, (long)pairs * PairColumns.Results);
        RequireSegments(segments, pairs);
        if (!margins.IsAbsent) RequireVector(margins, DType.Float64, pairs);
        if (!flags.IsAbsent) RequireVector(flags, DType.Int32, pairs);
        Launch(PairKernels.RewardMetrics.With(0), new LaunchShape(1, 1, 1, RewardThreads), new RewardMetricsArgs
        {
            Metrics = metrics.Address,
            Results = results.Address,
            Scores = scores.Address,
            Margins = margins.Address,
            Flags = flags.Address,
            Threshold = noise is null ? 0 : noise.State.Address,
            Segments = segments.Address,
            Entropy = rows.Entropy.Address,
            MeanLogit = rows.MeanLogit.Address,
            Top1 = rows.Top1.Address,
            Pairs = pairs,
        });
    }

    public override void NoiseFlag(Tensor margins, Tensor flags, NoiseState state, Tensor scores, Tensor indices, double beta)
    {
        int pairs = RequirePairs(scores, PairColumns.Scores);
        RequireVector(margins, DType.Float64, pairs);
        RequireVector(flags, DType.Int32, pairs);
        RequireVector(indices, DType.Int32, pairs);
        Launch(PairKernels.NoiseFlag.With((int)state.Rule), new LaunchShape(1, 1, 1, NoiseThreads), new NoiseFlagArgs
        {
            Margins = margins.Address,
            Flags = flags.Address,
            State = state.State.Address,
            Scores = scores.Address,
            Indices = indices.Address,
            Beta = beta,
            Share = state.Share,
            Pairs = pairs,
            Entries = state.Entries,
        });
    }

    public override void NoiseEndUpdate(NoiseState state)
    {
        if (state.Rule != NoiseRule.Quantile) return;
        Launch(PairKernels.NoiseEndUpdate.With(0), new LaunchShape(1, 1, 1, NoiseThreads), new NoiseEndUpdateArgs { State = state.State.Address, Share = state.Share, Entries = state.Entries });
    }
}
