namespace Spa.Engine.Reporting;

/// <summary>
/// The keys of <c>metrics.jsonl</c>: TRL's names and meanings where TRL has the thing, <c>spa/</c> and <c>perf/</c> for ours.
/// </summary>
public static class MetricKeys
{
    public const string Epoch = "epoch";

    /// <summary>Stands before the keys of held-out data: <c>eval_loss</c>, <c>eval_rewards/margins</c>.</summary>
    public const string Evaluation = "eval_";

    /// <summary>Mean loss of the update, nats per pair (DPO) or per token (SFT).</summary>
    public const string Loss = "loss";

    /// <summary>Global norm before clipping.</summary>
    public const string GradNorm = "grad_norm";

    public const string LearningRate = "learning_rate";

    /// <summary>beta times the policy's log-ratio of the chosen response, mean over pairs; the next keys likewise.</summary>
    public const string RewardsChosen = "rewards/chosen";

    public const string RewardsRejected = "rewards/rejected";

    /// <summary>Share of pairs whose chosen response has the higher reward.</summary>
    public const string RewardsAccuracies = "rewards/accuracies";

    public const string RewardsMargins = "rewards/margins";

    /// <summary>Least reward of a reward model in a micro-batch; the next two likewise.</summary>
    public const string MinReward = "min_reward";

    public const string MeanReward = "mean_reward";

    public const string MaxReward = "max_reward";

    /// <summary>Share of pairs that a reward model orders as their labels do.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>A reward model's reward of the chosen response minus that of the rejected one, mean over pairs.</summary>
    public const string Margin = "margin";

    /// <summary>Reward of sampled responses; in training with the KL penalty.</summary>
    public const string Reward = "reward";

    /// <summary>Tokens of sampled responses.</summary>
    public const string CompletionLength = "completions/mean_length";

    /// <summary>Summed log-prob of the response under the policy, nats, mean over pairs.</summary>
    public const string LogpsChosen = "logps/chosen";

    public const string LogpsRejected = "logps/rejected";

    /// <summary>Mean logit over response tokens and the vocabulary.</summary>
    public const string LogitsChosen = "logits/chosen";

    public const string LogitsRejected = "logits/rejected";

    /// <summary>Nats per response token.</summary>
    public const string Entropy = "entropy";

    public const string MeanTokenAccuracy = "mean_token_accuracy";

    /// <summary>Tokens seen since the stage began.</summary>
    public const string NumTokens = "num_tokens";

    /// <summary>beta*M below which a pair is flagged as noisy.</summary>
    public const string Threshold = "spa/threshold";

    /// <summary>Share of the update's pairs that are flagged.</summary>
    public const string Flagged = "spa/flagged";

    /// <summary>beta*M, mean over pairs.</summary>
    public const string ExtrapolatedMargin = "spa/ext_margin";

    /// <summary>Label smoothing that flagged pairs get in this update; 0 during the stage's warm-up.</summary>
    public const string Alpha = "spa/alpha";

    public const string TokensPerSecond = "perf/tokens_per_second";

    public const string StepMilliseconds = "perf/step_ms";

    public const string PeakMemoryBytes = "perf/memory_peak_bytes";

    private static readonly Dictionary<string, int> s_rank = ((string[])
    [
        Epoch, Loss, GradNorm, LearningRate, RewardsChosen, RewardsRejected, RewardsAccuracies, RewardsMargins, MinReward, MeanReward, MaxReward, Accuracy, Margin, Reward, LogpsChosen, LogpsRejected,
        LogitsChosen, LogitsRejected, Entropy, MeanTokenAccuracy, NumTokens, Threshold, Flagged, ExtrapolatedMargin, Alpha,
        TokensPerSecond, StepMilliseconds, PeakMemoryBytes,
    ]).Select((key, rank) => (key, rank)).ToDictionary(pair => pair.key, pair => pair.rank, StringComparer.Ordinal);

    /// <summary>The order of keys in a line: the list above, then all others by their code units.</summary>
    internal static int Compare(string left, string right)
    {
        int order = s_rank.GetValueOrDefault(left, int.MaxValue).CompareTo(s_rank.GetValueOrDefault(right, int.MaxValue));
        return order != 0 ? order : string.CompareOrdinal(left, right);
    }
}
