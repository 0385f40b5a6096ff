using Spa.Engine.Compute;

namespace Spa.Benchmarks.Cuda;

/// <summary>
/// The kernels of preference pairs, on pairs with two responses of equal length; the noise mask of a stage of <c>stage</c> pairs. Most are bound by latency: their share of the bandwidth says
/// how far from being the bound memory is.
/// </summary>
internal static class PairOps
{
    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        DeviceOp.OfBytes("reward_scores", c => 3.0 * RowBytes(c), (inputs, c) =>
        {
            (PairRows rows, Tensor scores) = Scored(inputs, c);
            return () => inputs.Backend.RewardScores(scores, rows);
        }),
        DeviceOp.OfBytes("reward_loss", RowBytes, (inputs, c) =>
        {
            (PairRows rows, Tensor scores) = Scored(inputs, c);
            Tensor results = inputs.Empty(DType.Float64, c["pairs"], PairColumns.Results), coefficient = inputs.Empty(DType.Float32, rows.Policy.Rows, 1);
            PairLossStep step = new(Enum.Parse<PairLossKind>(c.Text("loss"), ignoreCase: true), 0.1, 0, 1.0 / c["pairs"]);
            return () => inputs.Backend.RewardLoss(results, coefficient, scores, rows.Segments, default, step);
        }),
        DeviceOp.OfBytes("reward_weights", c => 2.0 * RowBytes(c), (inputs, c) =>
        {
            (PairRows rows, _) = Scored(inputs, c);
            Tensor weights = inputs.Empty(DType.Float64, c["pairs"], 1);
            return () => inputs.Backend.RewardWeights(weights, rows.Segments, rows.Policy, rows.Reference);
        }),
        DeviceOp.OfBytes("reward_metrics", c => 3.0 * RowBytes(c), (inputs, c) =>
        {
            (PairRows rows, Tensor scores) = Scored(inputs, c);
            Tensor results = inputs.Zeros(2L * c["pairs"], PairColumns.Results), metrics = inputs.Zeros(2, (int)PairMetricSlot.MicroBatches + 1);
            LogProbRows head = new() { Entropy = rows.Policy, MeanLogit = rows.Reference, Top1 = rows.Extrapolated };
            return () => inputs.Backend.RewardMetrics(Doubles(metrics, 1), Doubles(results, c["pairs"]), scores, rows.Segments, head);
        }),
        DeviceOp.OfBytes("noise_flag", c => 48.0 * c["pairs"], (inputs, c) =>
        {
            (_, Tensor scores) = Scored(inputs, c);
            NoiseState state = State(inputs, c, Enum.Parse<NoiseRule>(c.Text("rule"), ignoreCase: true));
            Tensor margins = inputs.Empty(DType.Float64, c["pairs"], 1), flags = inputs.Empty(DType.Int32, c["pairs"], 1), indices = inputs.Ids(c["pairs"], c["stage"]);
            return () => inputs.Backend.NoiseFlag(margins, flags, state, scores, indices, 0.1);
        }),
        // Each of the sorts and counts reads all margins.
        DeviceOp.OfBytes("noise_end_update", c => 16.0 * c["stage"], (inputs, c) =>
        {
            NoiseState state = State(inputs, c, NoiseRule.Quantile);
            double[] saved = new double[NoiseState.Header + 2 * c["stage"]];
            for (int i = 0; i < c["stage"]; i++) (saved[NoiseState.Header + i], saved[NoiseState.Header + c["stage"] + i]) = (double.NaN, i * 7919L % c["stage"]);
            state.Restore(inputs.Backend, saved);
            return () => inputs.Backend.NoiseEndUpdate(state);
        }),
    ];

    // A float32 number for every token of both responses.
    private static double RowBytes(DeviceCase c) => 8.0 * c["pairs"] * c["tokens"];

    private static (PairRows Rows, Tensor Scores) Scored(DeviceInputs inputs, DeviceCase c)
    {
        (int pairs, int tokens) = (c["pairs"], c.Sizes.Any(s => s.Key == "tokens") ? c["tokens"] : 1);
        Tensor segments = inputs.Empty(DType.Int32, 2 * pairs, 2);
        inputs.Backend.Upload<int>(segments, [.. Enumerable.Range(0, 2 * pairs).SelectMany(response => new[] { response * tokens, tokens })]);
        Tensor Tokens() => inputs.Normal(2L * pairs * tokens, 1, DType.Float32);
        PairRows rows = new() { Segments = segments, Policy = Tokens(), Reference = Tokens(), Extrapolated = Tokens() };
        Tensor scores = inputs.Empty(DType.Float64, pairs, PairColumns.Scores);
        inputs.Backend.RewardScores(scores, rows);
        return (rows, scores);
    }

    private static NoiseState State(DeviceInputs inputs, DeviceCase c, NoiseRule rule)
    {
        NoiseState? state = null;
        inputs.Keep(inputs.Backend.CreateArena("noise", arena => state = new NoiseState(rule, 0.25, c["stage"], arena)));
        state!.Reset(inputs.Backend);
        return state;
    }

    // float32 zeros twice as many: the zeros of float64.
    private static Tensor Doubles(Tensor zeros, int rows) => new(zeros.Address, DType.Float64, rows, zeros.Columns);
}
