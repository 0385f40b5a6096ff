namespace Spa.Engine.Compute;

/// <summary>
/// Losses of a preference pair, with TRL's meaning. x = beta (s_w - s_l), s = <see cref="PairDivergence"/> of a response's log-ratio
/// log pi - log pi_ref; e is the label smoothing. Values are part of the CUDA kernels (reward.cu).
/// </summary>
public enum PairLossKind
{
    /// <summary>-(1 - e) log sigmoid(x) - e log sigmoid(-x), Rafailov et al. 2023; with flags, e counts for flagged pairs only (noise-aware DPO).</summary>
    Sigmoid,

    /// <summary>max(0, 1 - x), Zhao et al. 2023.</summary>
    Hinge,

    /// <summary>(s_w / n_w - s_l / n_l - 1 / (2 beta))^2, n tokens, Azar et al. 2023.</summary>
    Ipo,

    /// <summary>KL of softmax(beta s) to (1 - e, e), Ji et al. 2024.</summary>
    ExoPair,

    /// <summary>-log sigmoid(beta s_w) - (log sigmoid(-beta s_w) + log sigmoid(-beta s_l)) / 2, Chen et al. 2024.</summary>
    NcaPair,

    /// <summary>((e - 1) log sigmoid(x) + e log sigmoid(-x)) / (1 - 2 e), Chowdhury et al. 2024.</summary>
    Robust,

    /// <summary>-log sigmoid(beta s_w) - log sigmoid(-beta s_l), Jung et al. 2024, without a shift.</summary>
    BcoPair,

    /// <summary>(s_w - 1 / (2 beta))^2 + (s_l + 1 / (2 beta))^2, Wu et al. 2024.</summary>
    SppoHard,

    /// <summary>Smoothed sigmoid of the sorted log-ratios of the policy minus the reference's, Melnyk et al. 2024: needs the pairs of a batch.</summary>
    Aot,

    /// <summary>The same of sorted chosen minus sorted rejected log-ratios.</summary>
    AotUnpaired,

    /// <summary>1 - sigmoid(beta r_w) + sigmoid(beta r_l) of the log-ratios, D'Oosterlinck et al. 2024.</summary>
    ApoZero,

    /// <summary>sigmoid(beta r_w) + 1 - sigmoid(x).</summary>
    ApoDown,

    /// <summary>-(1 - m) log sigmoid(x) + m exp(-x), m = sigmoid(x / tau), Lu et al. 2024.</summary>
    Discopop,

    /// <summary>Mean of -log pi over the tokens of all chosen responses.</summary>
    Sft,

    /// <summary>-log sigmoid(beta (s_w / n_w - s_l / n_l)).</summary>
    SigmoidNorm,
}
