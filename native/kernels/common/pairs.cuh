// What the kernels of preference pairs share. P pairs of a micro-batch; response 2i is the chosen one of pair i, 2i + 1 the rejected.
// Sums, losses and thresholds are double: they are few, and a margin is a small difference of large numbers.
#pragma once

struct PairScore  // columns of scores [P, 6]
{
    double policy_chosen, policy_rejected, reference_chosen, reference_rejected, extrapolated_chosen, extrapolated_rejected;
};

struct PairResult  // columns of results [P, 8]
{
    double reward_chosen, reward_rejected, reward_margin, probability, winner, loss, dchosen, drejected;
};

struct Segment  // a response's rows
{
    int start, count;
};

// 1 / (1 + exp(-x)) without overflow.
__device__ __forceinline__ double sigmoid(double x)
{
    const double e = exp(-fabs(x));
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

__device__ __forceinline__ double log_sigmoid(double x) { return fmin(x, 0.0) - log1p(exp(-fabs(x))); }

// D = [log pi(y_w) - log pi(y_l)] - [log pi_ref(y_w) - log pi_ref(y_l)], in the CPU's order; M with the extrapolated policy.
__device__ __forceinline__ double margin_of(double chosen, double rejected, const PairScore& s)
{
    return __dsub_rn(__dsub_rn(chosen, rejected), __dsub_rn(s.reference_chosen, s.reference_rejected));
}
