namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void RewardScores(Tensor scores, in PairRows rows, double tail = 1)
    {
        int pairs = RequirePairRows(scores, rows);
        int* segments = rows.Segments.Ints();
        for (int response = 0; response < 2 * pairs; response++)
        {
            int start = segments[2 * response], count = segments[2 * response + 1], shared = Math.Min(count, segments[2 * (response ^ 1) + 1]);
            double* score = scores.Doubles() + response / 2 * PairColumns.Scores + response % 2;
            score[0] = SumOf(rows.Policy, start, count, shared, tail);
            score[2] = rows.KnownReference.IsAbsent ? double.NaN : rows.KnownReference.Doubles()[response];
            if (double.IsNaN(score[2]) && !rows.Reference.IsAbsent) score[2] = SumOf(rows.Reference, start, count, shared, tail);
            score[4] = rows.Extrapolated.IsAbsent ? score[0] : SumOf(rows.Extrapolated, start, count, shared, tail);
        }
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
        var kernel = new PairLossKernel(scores, segments, flags, step);
        for (int pair = 0; pair < pairs; pair++)
        {
            double* score = scores.Doubles() + pair * PairColumns.Scores, result = results.Doubles() + pair * PairColumns.Results;
            (double loss, double chosen, double rejected) = kernel.Of(pair);
            double weight = weights.IsAbsent ? step.Weight : step.Weight * weights.Doubles()[pair];
            result[0] = step.Beta * (score[0] - score[2]);
            result[1] = step.Beta * (score[1] - score[3]);
            result[2] = result[0] - result[1];
            result[3] = Logistic.Sigmoid(result[2]);
            result[4] = result[0] > result[1] ? 1 : 0;
            Set(result + 5, loss * weight, step.Accumulate);
            Set(result + 6, chosen * weight, step.Accumulate);
            Set(result + 7, rejected * weight, step.Accumulate);
            Spread(coefficient, segments, 2 * pair, result[6] * step.Scale, step.Tail);
            Spread(coefficient, segments, 2 * pair + 1, result[7] * step.Scale, step.Tail);
        }
    }

    public override void RewardWeights(Tensor weights, Tensor segments, Tensor policy, Tensor squares)
    {
        int pairs = RequirePairs(weights, 1);
        RequireSegments(segments, pairs);
        RequireVector(policy, DType.Float32, policy.Count);
        RequireVector(squares, DType.Float32, policy.Count);
        for (int pair = 0; pair < pairs; pair++)
        {
            double mean = 0;
            for (int response = 2 * pair; response < 2 * pair + 2; response++)
            {
                int start = segments.Ints()[2 * response], count = segments.Ints()[2 * response + 1];
                mean += (SumOf(policy, start, count, count, 1) - SumOf(squares, start, count, count, 1)) / Math.Max(1, count);
            }
            weights.Doubles()[pair] = Math.Exp(mean);
        }
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
        double* sums = metrics.Doubles();
        double weight = 1.0 / pairs;
        void Add(PairMetricSlot slot, double value) => sums[(int)slot] += value;
        for (int pair = 0; pair < pairs; pair++)
        {
            double* score = scores.Doubles() + pair * PairColumns.Scores, result = results.Doubles() + pair * PairColumns.Results;
            Add(PairMetricSlot.Loss, result[5] * weight);
            Add(PairMetricSlot.RewardsChosen, result[0] * weight);
            Add(PairMetricSlot.RewardsRejected, result[1] * weight);
            Add(PairMetricSlot.RewardAccuracy, result[4] * weight);
            Add(PairMetricSlot.RewardMargin, result[2] * weight);
            Add(PairMetricSlot.LogpsChosen, score[0] * weight);
            Add(PairMetricSlot.LogpsRejected, score[1] * weight);
            if (!flags.IsAbsent) Add(PairMetricSlot.Flagged, flags.Ints()[pair] != 0 ? 1 : 0);
            if (!margins.IsAbsent) Add(PairMetricSlot.ExtrapolatedMargin, margins.Doubles()[pair]);
        }
        (double chosenTokens, double rejectedTokens) = TokensBySide(segments, pairs);
        (double chosenEntropy, double rejectedEntropy) = SumsBySide(rows.Entropy, segments, pairs);
        (double chosenLogits, double rejectedLogits) = SumsBySide(rows.MeanLogit, segments, pairs);
        Add(PairMetricSlot.Entropy, (chosenEntropy + rejectedEntropy) / (chosenTokens + rejectedTokens));
        Add(PairMetricSlot.LogitsChosen, chosenLogits / chosenTokens);
        Add(PairMetricSlot.LogitsRejected, rejectedLogits / rejectedTokens);
        Add(PairMetricSlot.TokenAccuracy, SumsBySide(rows.Top1, segments, pairs).Chosen / chosenTokens);
        if (noise is not null && !double.IsNaN(noise.State.Doubles()[0]))
        {
            Add(PairMetricSlot.Threshold, noise.State.Doubles()[0]);
            Add(PairMetricSlot.Thresholds, 1);
        }
        Add(PairMetricSlot.MicroBatches, 1);
    }

    private static void Set(double* to, double value, bool accumulate) => *to = accumulate ? *to + value : value;

    private static double SumOf(Tensor rows, int start, int count, int shared, double tail)
    {
        double sum = 0;
        for (int i = 0; i < count; i++) sum += i < shared ? rows.Floats()[start + i] : rows.Floats()[start + i] * tail;
        return sum;
    }

    private static void Spread(Tensor coefficient, Tensor segments, int response, double value, double tail)
    {
        int* segment = segments.Ints();
        int start = segment[2 * response], count = segment[2 * response + 1], shared = Math.Min(count, segment[2 * (response ^ 1) + 1]);
        for (int i = 0; i < count; i++) coefficient.Floats()[start + i] = (float)(i < shared ? value : value * tail);
    }

    private static (double Chosen, double Rejected) TokensBySide(Tensor segments, int pairs)
    {
        long chosen = 0, rejected = 0;
        for (int pair = 0; pair < pairs; pair++) (chosen, rejected) = (chosen + segments.Ints()[4 * pair + 1], rejected + segments.Ints()[4 * pair + 3]);
        return (chosen, rejected);
    }

    private static (double Chosen, double Rejected) SumsBySide(Tensor rows, Tensor segments, int pairs)
    {
        double chosen = 0, rejected = 0;
        for (int response = 0; response < 2 * pairs && !rows.IsAbsent; response++)
        {
            int start = segments.Ints()[2 * response], count = segments.Ints()[2 * response + 1];
            double sum = SumOf(rows, start, count, count, 1);
            if (response % 2 == 0) chosen += sum;
            else rejected += sum;
        }
        return (chosen, rejected);
    }
}
