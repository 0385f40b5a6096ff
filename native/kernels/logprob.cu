// Fused log-prob gather: log-sum-exps, label log-probs and statistics of R rows of logits in one read, and the seed of their gradient.
//
//   a = policy [R, V], b = reference [R, V], both capped first: x = cap tanh(x / cap);  c = a + lambda (a - b);  y = label
//   forward   logp_X = X[y] - LSE(X) for X in {a, b, c};  entropy = -sum p log p, p = softmax(a);  mean of a;  top1 = [y is the first largest a]
//   backward  a <- g (onehot(y) - exp(a - LSE(a))), times 1 - (a / cap)^2 where capped; g = d loss / d logp_a(y)
//
//   squares   log sum_v p_v^2 = log sum exp(2 (a - LSE(a)))
//
// Saved for backward: LSE(a), and the capped a, written back in place. Only a carries a gradient; c decides which pairs count as noisy.
// Bytes per logit: forward 4 a model (8 more where capped), backward 8; three ex2 and about twenty float32 operations a pair are a third
// of what an SM can do meanwhile. A row is not split: fewer rows than SMs leave some idle.
// Dimensions: R rows, V vocabulary.
#include "common/fault.cuh"
#include "common/lse.cuh"

[[maybe_unused]] constexpr bool kReference = SPA_REFERENCE;

// Eight small rows to a CTA, or one large one.
[[maybe_unused]] constexpr int kThreads = kLanes == 32 ? 256 : kLanes;
[[maybe_unused]] constexpr int kRows = kThreads / kLanes;

struct LogProbForwardArgs
{
    void* policy;           // [R, V] Logit; written where capped
    const void* reference;  // [R, V] Logit
    const int* labels;      // [R]
    float* policy_logp;     // [R] each from here, or null
    float* policy_lse;
    float* reference_logp;
    float* extrapolated_logp;
    float* entropy;
    float* mean_logit;
    float* top1;
    FaultRecord* fault;
    int policy_stride, reference_stride, rows, vocabulary;
    float lambda, cap;
};

struct LogProbBackwardArgs
{
    void* logits;              // [R, V] Logit
    const float* lse;          // [R]
    const int* labels;         // [R]
    const float* coefficient;  // [R] g
    FaultRecord* fault;
    int stride, rows, vocabulary;
    float cap;
};

struct LogProbSquaresArgs
{
    float* squares;      // [R]
    const void* logits;  // [R, V] Logit
    const float* lse;    // [R]
    int stride, rows, vocabulary;
};

static_assert(sizeof(LogProbForwardArgs) == 112);
static_assert(sizeof(LogProbBackwardArgs) == 56);
static_assert(sizeof(LogProbSquaresArgs) == 40);

// What a lane keeps of its part of a row.
struct LaneState
{
    RunningSum policy, reference, extrapolated;
    float weighted = 0.0f;  // sum of exp(t) t, t = a - maximum
    float sum = 0.0f;
    int first;  // group in which the maximum was met first
};

// The weighted sum under a maximum that is `down` lower; where exp(t) is 0, any finite t gives the product's limit.
__device__ __forceinline__ float lowered(float weighted, float sum, float down) { return __fmaf_rn(sum, fmaxf(down, -200.0f), weighted); }

__device__ __forceinline__ void add_policy(LaneState& s, const float (&a)[kGroup], int at, int count)
{
    const float top = largest(a);
    if (top > s.policy.maximum) {
        const float weighted = lowered(s.weighted, s.policy.sum, __fsub_rn(s.policy.maximum, top));
        s.weighted = __fmul_rn(weighted, raise(s.policy, top));
        s.first = at;
    }
    float e[kGroup], inside[kGroup];
    add_exponentials(s.policy, a, e);
    const float shift = shift_of(s.policy.maximum);
#pragma unroll
    for (int i = 0; i < kGroup; i++) {
        s.weighted = __fmaf_rn(e[i], fmaxf(__fsub_rn(a[i], shift), -200.0f), s.weighted);
        inside[i] = at + i < count ? a[i] : 0.0f;
    }
    s.sum = __fadd_rn(s.sum, sum_of(inside));
}

__device__ __forceinline__ void add_reference(LaneState& s, const float (&a)[kGroup], const float (&b)[kGroup], int at, int count, float lambda)
{
    float c[kGroup];
#pragma unroll
    for (int i = 0; i < kGroup; i++) c[i] = at + i < count ? __fmaf_rn(lambda, __fsub_rn(a[i], b[i]), a[i]) : minus_infinity();
    add_group(s.reference, b);
    add_group(s.extrapolated, c);
}

// The lowest id of a largest logit, or -1 in a row of NaN.
__device__ __forceinline__ int first_largest(const Logit* row, int group, int count, float maximum)
{
    for (int i = group; i < min(group + kGroup, count); i++)
        if (to_float(row[i]) == maximum) return i;
    return -1;
}

__device__ __forceinline__ void set(float* vector, int row, double value)
{
    if (vector != nullptr) vector[row] = static_cast<float>(value);
}

#ifdef SPA_ENTRY_LOGPROB_FORWARD
extern "C" __global__ void __launch_bounds__(kThreads) logprob_forward(const __grid_constant__ LogProbForwardArgs args)
{
    __shared__ double scratch[kLanes == 32 ? 1 : 5 * kLaneWarps];
    const int row = blockIdx.x * kRows + threadIdx.x / kLanes, lane = threadIdx.x % kLanes, count = args.vocabulary;
    // Whole warps leave, and only where a row is a warp: no barrier is missed.
    if (row >= args.rows) return;
    Logit* policy = static_cast<Logit*>(args.policy) + static_cast<long long>(row) * args.policy_stride;
    const Logit* reference = kReference ? static_cast<const Logit*>(args.reference) + static_cast<long long>(row) * args.reference_stride : nullptr;
    const bool aligned = is_aligned(policy), reference_aligned = kReference && is_aligned(reference);

    // Each lane reads its groups once.
    LaneState s;
    s.first = kGroup * lane;
    // Two groups of either model in flight.
#pragma unroll 2
    for (int at = kGroup * lane; at < count; at += kGroup * kLanes) {
        float a[kGroup], b[kGroup];
        load_group(a, policy, at, count, aligned, args.cap);
        if (kReference) load_group(b, reference, at, count, reference_aligned, args.cap);
        if (kCapped) store_group(policy, at, count, aligned, a);
        add_policy(s, a, at, count);
        if (kReference) add_reference(s, a, b, at, count, args.lambda);
    }

    // The row's maxima, then its sums under them.
    float maximum[3] = {s.policy.maximum, s.reference.maximum, s.extrapolated.maximum};
    max_over_lanes(maximum, reinterpret_cast<float*>(scratch));
    const float factor = rescale(s.policy, maximum[0]);
    int first[1] = {s.policy.maximum == maximum[0] ? -s.first : -0x7fffffff};
    max_over_lanes(first, reinterpret_cast<int*>(scratch));
    double sum[5] = {scaled_sum(s.policy, factor), scaled_sum(s.reference, rescale(s.reference, maximum[1])),
        scaled_sum(s.extrapolated, rescale(s.extrapolated, maximum[2])),
        __dmul_rn(lowered(s.weighted, s.policy.sum, __fsub_rn(s.policy.maximum, shift_of(maximum[0]))), factor), s.sum};
    sum_over_lanes(sum, scratch);
    // The label may lie in another lane's group; the barriers above, or this one, make what it wrote visible.
    if (kCapped) __syncwarp();
    if (lane != 0) return;

    // One lane writes the row's results.
    const int label = args.labels[row];
    if (!is_below(label, count)) {
        report_fault(args.fault, kFaultLabel, count, row, label);
        return;
    }
    const double a = to_float(policy[label]), lse = log_sum_exp(maximum[0], sum[0]);
    set(args.policy_logp, row, a - lse);
    set(args.policy_lse, row, lse);
    set(args.entropy, row, log(sum[0]) - sum[3] / sum[0]);
    set(args.mean_logit, row, sum[4] / count);
    set(args.top1, row, first_largest(policy, -first[0], count, maximum[0]) == label ? 1.0 : 0.0);
    if (!kReference) return;
    const double b = logit_at(reference, label, args.cap);
    set(args.reference_logp, row, b - log_sum_exp(maximum[1], sum[1]));
    set(args.extrapolated_logp, row, a + args.lambda * (a - b) - log_sum_exp(maximum[2], sum[2]));
}
#endif

#ifdef SPA_ENTRY_LOGPROB_SQUARES
extern "C" __global__ void __launch_bounds__(kThreads) logprob_squares(const __grid_constant__ LogProbSquaresArgs args)
{
    __shared__ double scratch[kLanes == 32 ? 1 : kLaneWarps];
    const int row = blockIdx.x * kRows + threadIdx.x / kLanes, lane = threadIdx.x % kLanes, count = args.vocabulary;
    if (row >= args.rows) return;
    const Logit* logits = static_cast<const Logit*>(args.logits) + static_cast<long long>(row) * args.stride;
    const bool aligned = is_aligned(logits);
    const float lse = args.lse[row];
    double sum[1] = {0.0};
    for (int at = kGroup * lane; at < count; at += kGroup * kLanes) {
        float x[kGroup], p[kGroup];
        load_stored(x, logits, at, count, aligned);
#pragma unroll
        for (int i = 0; i < kGroup; i++) p[i] = at + i < count ? exp_fast(__fmul_rn(2.0f, __fsub_rn(x[i], lse))) : 0.0f;
        sum[0] += sum_of(p);
    }
    sum_over_lanes(sum, scratch);
    if (lane == 0) args.squares[row] = static_cast<float>(log(sum[0]));
}
#endif

#ifdef SPA_ENTRY_LOGPROB_BACKWARD
extern "C" __global__ void __launch_bounds__(kThreads) logprob_backward(const __grid_constant__ LogProbBackwardArgs args)
{
    const int row = blockIdx.x * kRows + threadIdx.x / kLanes, lane = threadIdx.x % kLanes, count = args.vocabulary;
    if (row >= args.rows) return;
    Logit* logits = static_cast<Logit*>(args.logits) + static_cast<long long>(row) * args.stride;
    const bool aligned = is_aligned(logits);
    const float scale = args.coefficient[row], lse = args.lse[row];
    const int label = args.labels[row];
    if (lane == 0 && !is_below(label, count)) report_fault(args.fault, kFaultLabel, count, row, label);

#pragma unroll 2
    for (int at = kGroup * lane; at < count; at += kGroup * kLanes) {
        float x[kGroup] = {};
        // A row without a coefficient is not read: whatever it holds becomes 0.
        if (scale != 0.0f) {
            load_stored(x, logits, at, count, aligned);
#pragma unroll
            for (int i = 0; i < kGroup; i++) {
                const float ratio = kCapped ? __fdiv_rn(x[i], args.cap) : 0.0f, slope = __fmaf_rn(-ratio, ratio, 1.0f);
                const float p = exp_fast(__fsub_rn(x[i], lse));
                x[i] = __fmul_rn(__fmul_rn(at + i == label ? __fsub_rn(1.0f, p) : -p, scale), slope);
            }
        }
        store_group(logits, at, count, aligned, x);
    }
}
#endif
