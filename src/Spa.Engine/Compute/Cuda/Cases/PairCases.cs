using static Spa.Engine.Compute.DType;

namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>Preference pairs: eight with responses of 100 tokens; the noise mask of a stage of 1,000 pairs.</summary>
internal static class PairCases
{
    private const int Pairs = 8, Tokens = 100, Rows = 2 * Pairs * Tokens, Stage = 1000;

    public static IEnumerable<KernelCase> All =>
    [
        new("reward-scores 8 pairs of 2x100", ["reward_scores"], t =>
        {
            (PairRows rows, Tensor scores) = Scored(t);
            return () => t.Backend.RewardScores(scores, rows);
        }),
        Loss("sigmoid 8 pairs", PairLossKind.Sigmoid),
        Loss("aot 8 pairs", PairLossKind.Aot),
        new("reward-weights 8 pairs", ["reward_weights"], t =>
        {
            (PairRows rows, _) = Scored(t);
            Tensor weights = t.Doubles(Pairs, 1);
            return () => t.Backend.RewardWeights(weights, rows.Segments, rows.Policy, rows.Reference);
        }),
        new("reward-metrics 8 pairs", ["reward_metrics"], t =>
        {
            (PairRows rows, Tensor scores) = Scored(t);
            Tensor results = t.Doubles(Pairs, PairColumns.Results), coefficient = t.Filled(Float32, Rows, 1), metrics = t.Doubles(1, (int)PairMetricSlot.MicroBatches + 1);
            t.Backend.RewardScores(scores, rows);
            t.Backend.RewardLoss(results, coefficient, scores, rows.Segments, default, new PairLossStep(PairLossKind.Sigmoid, 0.1, 0, 1.0 / Pairs));
            LogProbRows head = new() { Entropy = t.Normal(Float32, Rows, 1), MeanLogit = t.Normal(Float32, Rows, 1), Top1 = t.Filled(Float32, Rows, 1) };
            return () => t.Backend.RewardMetrics(metrics, results, scores, rows.Segments, head);
        }),
        Flag("quantile 8 pairs", NoiseRule.Quantile),
        Flag("rolling 8 pairs", NoiseRule.Rolling),
        Flag("batch 8 pairs", NoiseRule.Batch),
        new("noise-end-update 1000 pairs", ["noise_end_update"], t =>
        {
            NoiseState state = State(t, NoiseRule.Quantile);
            double[] saved = new double[NoiseState.Header + 2 * Stage];
            for (int i = 0; i < Stage; i++) (saved[NoiseState.Header + i], saved[NoiseState.Header + Stage + i]) = (double.NaN, i * 7919 % Stage);
            state.Restore(t.Backend, saved);
            return () => t.Backend.NoiseEndUpdate(state);
        }),
    ];

    private static KernelCase Loss(string form, PairLossKind kind) => new($"reward-loss {form}", ["reward_loss"], t =>
    {
        (PairRows rows, Tensor scores) = Scored(t);
        Tensor results = t.Doubles(Pairs, PairColumns.Results), coefficient = t.Filled(Float32, Rows, 1);
        t.Backend.RewardScores(scores, rows);
        return () => t.Backend.RewardLoss(results, coefficient, scores, rows.Segments, default, new PairLossStep(kind, 0.1, 0, 1.0 / Pairs));
    });

    private static KernelCase Flag(string form, NoiseRule rule) => new($"noise-flag {form}", ["noise_flag"], t =>
    {
        (PairRows rows, Tensor scores) = Scored(t);
        NoiseState state = State(t, rule);
        Tensor margins = t.Doubles(Pairs, 1), flags = t.Ids(Pairs, 1), indices = t.Ints([.. Enumerable.Range(0, Pairs).Select(i => 100 * i)]);
        t.Backend.RewardScores(scores, rows);
        return () => t.Backend.NoiseFlag(margins, flags, state, scores, indices, 0.1);
    });

    private static (PairRows Rows, Tensor Scores) Scored(CaseTensors t)
    {
        int[] segments = new int[4 * Pairs];
        for (int response = 0; response < 2 * Pairs; response++) (segments[2 * response], segments[2 * response + 1]) = (response * Tokens, Tokens - response % 3);
        PairRows rows = new() { Segments = t.Ints(segments), Policy = t.Normal(Float32, Rows, 1), Reference = t.Normal(Float32, Rows, 1), Extrapolated = t.Normal(Float32, Rows, 1) };
        return (rows, t.Doubles(Pairs, PairColumns.Scores));
    }

    private static NoiseState State(CaseTensors t, NoiseRule rule)
    {
        NoiseState Layout(Arena arena) => new(rule, 0.25, Stage, arena);
        NoiseState state = Layout(t.Arena(arena => Layout(arena)));
        state.Reset(t.Backend);
        return state;
    }
}
