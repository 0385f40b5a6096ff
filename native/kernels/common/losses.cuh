// The losses of preference pairs, each once: value and derivatives side by side. They are those of TRL 1.16 (PairLossKind.cs names the papers); the CPU's
// twin is PairLossKernel.cs. Names: ratio = log pi - log pi_ref of a response, s = f'(pi / pi_ref) its worth under a divergence (under reverse KL the ratio
// itself), x = beta (s_chosen - s_rejected).
#pragma once
#include "pairs.cuh"

// PairLossKind.cs
[[maybe_unused]] constexpr int kSigmoid = 0, kHinge = 1, kIpo = 2, kExoPair = 3, kNcaPair = 4, kRobust = 5, kBcoPair = 6, kSppoHard = 7, kAot = 8, kAotUnpaired = 9,
              kApoZero = 10, kApoDown = 11, kDiscopop = 12, kSft = 13, kSigmoidNorm = 14;
// PairDivergence.cs
[[maybe_unused]] constexpr int kReverseKl = 0, kForwardKl = 1, kJensenShannon = 2, kAlpha = 3;  // a branch at run time: it would multiply the variants by four

// FlagEffect.cs
[[maybe_unused]] constexpr int kSmooth = 0, kFlip = 1, kDrop = 2;

// A function of one variable at a point.
struct Curve
{
    double value, slope;
};

// A pair's loss, and its derivatives by the log-probs of the responses.
struct LossValue
{
    double loss, dchosen, drejected;
};

// A micro-batch under one loss.
struct LossBatch
{
    const PairScore* scores;   // [P]
    const Segment* segments;   // [2P]
    const int* flags;          // [P] pairs that the sigmoid loss treats by flag_effect, or null: all, by smoothing
    double beta, smoothing, tau, alpha;
    double chosen_tokens;      // of all pairs; kSft reads it
    int pairs, divergence, flag_effect;
};

// s of a ratio, up to a constant.
__device__ __forceinline__ Curve divergence_score(int divergence, double ratio, double alpha)
{
    if (divergence == kForwardKl) {
        const double e = exp(-ratio);
        return {-e, e};
    } else if (divergence == kJensenShannon) {
        return {log_sigmoid(ratio), sigmoid(-ratio)};
    } else if (divergence == kAlpha) {
        // TRL clamps the exponent at 80; there the score no longer depends on the ratio.
        const double t = (alpha - 1.0) * ratio, e = exp(fmin(t, 80.0));
        return {e / (alpha - 1.0), t > 80.0 ? 0.0 : e};
    } else {
        return {ratio, 1.0};
    }
}

// -(1 - e) log sigmoid(x) - e log sigmoid(-x); 1 - sigmoid(x) is written sigmoid(-x), which keeps its digits.
__device__ __forceinline__ Curve smoothed(double x, double e)
{
    const double loss = -(1.0 - e) * log_sigmoid(x);
    return {e == 0.0 ? loss : loss - e * log_sigmoid(-x), -(sigmoid(-x) - e)};
}

// Losses that look at x alone.
template <int kLoss>
__device__ __forceinline__ Curve of_difference(double x, double smoothing, double tau)
{
    if constexpr (kLoss == kHinge) {
        return {fmax(0.0, 1.0 - x), x < 1.0 ? -1.0 : 0.0};
    } else if constexpr (kLoss == kExoPair) {
        const double win = sigmoid(x), lose = sigmoid(-x), log_win = log1p(-smoothing), log_lose = log(smoothing);
        return {win * (log_sigmoid(x) - log_win) + lose * (log_sigmoid(-x) - log_lose), win * lose * (x - log_win + log_lose)};
    } else if constexpr (kLoss == kRobust) {
        const double weight = 1.0 / (1.0 - 2.0 * smoothing);
        return {(-(1.0 - smoothing) * log_sigmoid(x) + smoothing * log_sigmoid(-x)) * weight, (-(1.0 - smoothing) * sigmoid(-x) - smoothing * sigmoid(x)) * weight};
    } else if constexpr (kLoss == kDiscopop) {
        const double mix = sigmoid(x / tau), slope = mix * sigmoid(-x / tau) / tau, e = exp(-x), log_win = log_sigmoid(x);
        return {-log_win * (1.0 - mix) + e * mix, -sigmoid(-x) * (1.0 - mix) + log_win * slope - e * mix + e * slope};
    } else {
        static_assert(kLoss < 0, "a loss without a formula");
        return {};
    }
}

// The rank of a pair's value among all pairs', ties by index; and the value that has a rank.
template <typename Value>
__device__ __forceinline__ int rank_of(int pair, int pairs, Value value)
{
    const double own = value(pair);
    int rank = 0;
    for (int i = 0; i < pairs; i++) rank += value(i) < own || (value(i) == own && i < pair);
    return rank;
}

template <typename Value>
__device__ __forceinline__ double at_rank(int rank, int pairs, Value value)
{
    for (int i = 0; i < pairs; i++)
        if (rank_of(i, pairs, value) == rank) return value(i);
    return __longlong_as_double(0x7ff8000000000000ll);
}

// Losses of order statistics: a pair meets the other of its rank. kAot compares differences; under kAotUnpaired the chosen response meets the rejected one of
// its rank and the other way round, and the loss is counted with the chosen.
template <int kLoss>
__device__ __forceinline__ LossValue of_ranks(const LossBatch& batch, int pair, double smoothing)
{
    const PairScore* scores = batch.scores;
    const double beta = batch.beta;
    if constexpr (kLoss == kAot) {
        const auto policy = [=](int i) { return scores[i].policy_chosen - scores[i].policy_rejected; };
        const auto reference = [=](int i) { return scores[i].reference_chosen - scores[i].reference_rejected; };
        const Curve curve = smoothed(beta * (policy(pair) - at_rank(rank_of(pair, batch.pairs, policy), batch.pairs, reference)), smoothing);
        return {curve.value, beta * curve.slope, -beta * curve.slope};
    } else {
        const auto best = [=](int i) { return scores[i].policy_chosen - scores[i].reference_chosen; };
        const auto worst = [=](int i) { return scores[i].policy_rejected - scores[i].reference_rejected; };
        const Curve chosen = smoothed(beta * (best(pair) - at_rank(rank_of(pair, batch.pairs, best), batch.pairs, worst)), smoothing);
        const Curve rejected = smoothed(beta * (at_rank(rank_of(pair, batch.pairs, worst), batch.pairs, best) - worst(pair)), smoothing);
        return {chosen.value, beta * chosen.slope, -beta * rejected.slope};
    }
}

// -log sigmoid(x), with what a flag makes of the label: smoothed, turned round where the extrapolated margin is against it, or no label at all.
__device__ __forceinline__ Curve of_flagged(const LossBatch& batch, int pair, double x)
{
    if (batch.flags == nullptr) return smoothed(x, batch.smoothing);
    if (batch.flags[pair] == 0) return smoothed(x, 0.0);
    if (batch.flag_effect == kDrop) return {0.0, 0.0};
    if (batch.flag_effect == kSmooth) return smoothed(x, batch.smoothing);
    const PairScore score = batch.scores[pair];
    return smoothed(x, margin_of(score.extrapolated_chosen, score.extrapolated_rejected, score) < 0.0 ? 1.0 : 0.0);
}

template <int kLoss>
__device__ __forceinline__ LossValue loss_of(const LossBatch& batch, int pair)
{
    const PairScore score = batch.scores[pair];
    const double beta = batch.beta, chosen_length = max(1, batch.segments[2 * pair].count), rejected_length = max(1, batch.segments[2 * pair + 1].count);
    const double smoothing = batch.smoothing;
    const double chosen_ratio = score.policy_chosen - score.reference_chosen, rejected_ratio = score.policy_rejected - score.reference_rejected;
    const Curve chosen = divergence_score(batch.divergence, chosen_ratio, batch.alpha), rejected = divergence_score(batch.divergence, rejected_ratio, batch.alpha);
    // Under reverse KL the CPU's order of the four sums.
    const double x = beta * (batch.divergence == kReverseKl ? margin_of(score.policy_chosen, score.policy_rejected, score) : chosen.value - rejected.value);

    if constexpr (kLoss == kAot || kLoss == kAotUnpaired) {
        return of_ranks<kLoss>(batch, pair, smoothing);
    } else if constexpr (kLoss == kIpo) {
        const double error = chosen.value / chosen_length - rejected.value / rejected_length - 0.5 / beta;
        return {error * error, 2.0 * error * chosen.slope / chosen_length, -2.0 * error * rejected.slope / rejected_length};
    } else if constexpr (kLoss == kNcaPair) {
        const double c = beta * chosen.value, r = beta * rejected.value;
        return {-log_sigmoid(c) - 0.5 * log_sigmoid(-c) - 0.5 * log_sigmoid(-r), beta * (0.5 * sigmoid(c) - sigmoid(-c)) * chosen.slope, beta * 0.5 * sigmoid(r) * rejected.slope};
    } else if constexpr (kLoss == kBcoPair) {
        const double c = beta * chosen.value, r = beta * rejected.value;
        return {-log_sigmoid(c) - log_sigmoid(-r), -beta * sigmoid(-c) * chosen.slope, beta * sigmoid(r) * rejected.slope};
    } else if constexpr (kLoss == kSppoHard) {
        const double c = chosen.value - 0.5 / beta, r = rejected.value + 0.5 / beta;
        return {c * c + r * r, 2.0 * c * chosen.slope, 2.0 * r * rejected.slope};
    } else if constexpr (kLoss == kApoZero) {
        const double c = beta * chosen_ratio, r = beta * rejected_ratio;
        return {sigmoid(-c) + sigmoid(r), -beta * sigmoid(c) * sigmoid(-c), beta * sigmoid(r) * sigmoid(-r)};
    } else if constexpr (kLoss == kApoDown) {
        const double c = beta * chosen_ratio, slope = sigmoid(x) * sigmoid(-x);
        return {sigmoid(c) + sigmoid(-x), beta * (sigmoid(c) * sigmoid(-c) - slope * chosen.slope), beta * slope * rejected.slope};
    } else if constexpr (kLoss == kSft) {
        // The mean over all tokens of the chosen responses, as a mean over pairs.
        const double weight = batch.pairs / batch.chosen_tokens;
        return {-score.policy_chosen * weight, -weight, 0.0};
    } else if constexpr (kLoss == kSigmoidNorm) {
        const Curve curve = smoothed(beta * (chosen.value / chosen_length - rejected.value / rejected_length), 0.0);
        return {curve.value, beta * curve.slope * (chosen.slope / chosen_length), -beta * curve.slope * (rejected.slope / rejected_length)};
    } else {
        Curve curve;
        if constexpr (kLoss == kSigmoid) {
            curve = of_flagged(batch, pair, x);
        } else {
            curve = of_difference<kLoss>(x, smoothing, batch.tau);
        }
        return {curve.value, beta * curve.slope * chosen.slope, -beta * curve.slope * rejected.slope};
    }
}
