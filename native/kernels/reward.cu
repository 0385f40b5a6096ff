// Implicit-reward comparison: from token log-probs to the loss of pairs and its gradient, without the host.
//
//   reward_scores   scores[P, 6]: sums of a response's token log-probs under policy, reference and extrapolated policy; tokens behind the
//                   shorter response's length count `tail` times (1: as all others)
//   reward_loss     r = beta (log pi - log pi_ref) of chosen and rejected, their margin, p = sigmoid(margin), the winner, and by SPA_LOSS
//                   the pair's loss and its derivatives; coefficient[R] = derivative * scale on every row of the response
//   reward_weights  weights[P]: exp of the mean over a response's tokens of log pi - log sum_v p_v^2, chosen times rejected; a pair's loss is
//                   multiplied by it
//   reward_metrics  means over the micro-batch, added to metrics[16], which the host reads when it logs
//
// The losses are in common/losses.cuh.
// Bytes: 12 a row in, 4 out. One CTA for everything that pairs share: a micro-batch has at most some hundred pairs, and these kernels are
// bound by latency. Dimensions: P pairs, R rows.
#include "common/losses.cuh"
#include "common/pairs.cuh"
#include "common/reduce.cuh"

[[maybe_unused]] constexpr int kThreads = 256;
[[maybe_unused]] constexpr int kWarps = kThreads / 32;
[[maybe_unused]] constexpr int kMetrics = 16;

[[maybe_unused]] constexpr int kLoss = SPA_LOSS;

struct RewardScoresArgs
{
    double* scores;           // [P, 6]
    const int* segments;      // [2P, 2] first row, count
    const float* policy;      // [R]
    const float* reference;   // [R], or null
    const float* extrapolated;  // [R], or null: the policy's
    const double* known;      // [P, 2] sums under the reference, NaN: from the rows; or null
    double tail;
    int pairs;
};

struct RewardLossArgs
{
    double* results;        // [P, 8]
    float* coefficient;     // [R]
    const double* scores;   // [P, 6]
    const int* segments;    // [2P, 2]
    const int* flags;       // [P] pairs that the sigmoid loss treats by flag_effect, or null: all, by smoothing
    const double* weights;  // [P] of the pairs, or null: 1
    double beta, smoothing, weight, scale, tail, tau, alpha;
    int pairs, accumulate, divergence, flag_effect;
};

struct RewardWeightsArgs
{
    double* weights;       // [P]
    const int* segments;   // [2P, 2]
    const float* policy;   // [R] log pi of a token
    const float* squares;  // [R] log sum_v p_v^2 of its row
    int pairs;
};

struct RewardMetricsArgs
{
    double* metrics;         // [16], added to
    const double* results;   // [P, 8]
    const double* scores;    // [P, 6]
    const double* margins;   // [P] beta M, or null
    const int* flags;        // [P], or null
    const double* threshold; // [1], or null
    const int* segments;     // [2P, 2]
    const float* entropy;    // [R] each, or null
    const float* mean_logit;
    const float* top1;
    int pairs;
};

static_assert(sizeof(RewardScoresArgs) == 64);
static_assert(sizeof(RewardLossArgs) == 120);
static_assert(sizeof(RewardWeightsArgs) == 40);
static_assert(sizeof(RewardMetricsArgs) == 88);

// A warp's sum over a response: a chain a lane, then a tree.
__device__ __forceinline__ double response_sum(const float* rows, Segment segment, int shared, double tail)
{
    double sum = 0.0;
    for (int i = threadIdx.x % 32; i < segment.count; i += 32) sum = __fma_rn(rows[segment.start + i], i < shared ? 1.0 : tail, sum);
    return warp_sum(sum);
}

#ifdef SPA_ENTRY_REWARD_SCORES
extern "C" __global__ void __launch_bounds__(kThreads) reward_scores(const __grid_constant__ RewardScoresArgs args)
{
    const int response = blockIdx.x * kWarps + threadIdx.x / 32;
    if (response >= 2 * args.pairs) return;
    const Segment* segments = reinterpret_cast<const Segment*>(args.segments);
    const Segment own = segments[response];
    const int pair = response / 2, side = response % 2, shared = min(own.count, segments[response ^ 1].count);
    const double policy = response_sum(args.policy, own, shared, args.tail);
    double reference = args.known != nullptr ? args.known[response] : __longlong_as_double(0x7ff8000000000000ll);
    if (isnan(reference) && args.reference != nullptr) reference = response_sum(args.reference, own, shared, args.tail);
    const double extrapolated = args.extrapolated != nullptr ? response_sum(args.extrapolated, own, shared, args.tail) : policy;
    if (threadIdx.x % 32 != 0) return;
    double* score = args.scores + 6 * pair;
    score[side] = policy;
    score[2 + side] = reference;
    score[4 + side] = extrapolated;
}
#endif

#ifdef SPA_ENTRY_REWARD_LOSS
extern "C" __global__ void __launch_bounds__(kThreads, 1) reward_loss(const __grid_constant__ RewardLossArgs args)
{
    PairResult* results = reinterpret_cast<PairResult*>(args.results);
    const Segment* segments = reinterpret_cast<const Segment*>(args.segments);
    int chosen_tokens = 0;
    if constexpr (kLoss == kSft)
        for (int pair = 0; pair < args.pairs; pair++) chosen_tokens += segments[2 * pair].count;
    const LossBatch batch = {reinterpret_cast<const PairScore*>(args.scores), segments, args.flags, args.beta, args.smoothing, args.tau, args.alpha,
                             static_cast<double>(max(1, chosen_tokens)), args.pairs, args.divergence, args.flag_effect};

    // A thread a pair.
    for (int pair = threadIdx.x; pair < args.pairs; pair += kThreads) {
        const PairScore score = batch.scores[pair];
        const LossValue value = loss_of<kLoss>(batch, pair);
        PairResult result;
        result.reward_chosen = args.beta * (score.policy_chosen - score.reference_chosen);
        result.reward_rejected = args.beta * (score.policy_rejected - score.reference_rejected);
        result.reward_margin = result.reward_chosen - result.reward_rejected;
        result.probability = sigmoid(result.reward_margin);
        result.winner = result.reward_chosen > result.reward_rejected;
        // Several losses of one step are added up, one launch after the other.
        const double weight = args.weights == nullptr ? args.weight : args.weight * args.weights[pair];
        result.loss = value.loss * weight;
        result.dchosen = value.dchosen * weight;
        result.drejected = value.drejected * weight;
        if (args.accumulate) {
            result.loss += results[pair].loss;
            result.dchosen += results[pair].dchosen;
            result.drejected += results[pair].drejected;
        }
        results[pair] = result;
    }
    // All pairs are through before their derivatives are spread.
    __syncthreads();

    // A warp a response.
    for (int response = threadIdx.x / 32; response < 2 * args.pairs; response += kWarps) {
        const Segment own = segments[response];
        const PairResult& result = results[response / 2];
        const double coefficient = (response % 2 == 0 ? result.dchosen : result.drejected) * args.scale;
        const int shared = min(own.count, segments[response ^ 1].count);
        for (int i = threadIdx.x % 32; i < own.count; i += 32)
            args.coefficient[own.start + i] = static_cast<float>(i < shared ? coefficient : coefficient * args.tail);
    }
}
#endif

#ifdef SPA_ENTRY_REWARD_WEIGHTS
// A warp a pair.
extern "C" __global__ void __launch_bounds__(kThreads) reward_weights(const __grid_constant__ RewardWeightsArgs args)
{
    const int pair = blockIdx.x * kWarps + threadIdx.x / 32;
    if (pair >= args.pairs) return;
    double mean = 0.0;
    for (int side = 0; side < 2; side++) {
        const Segment own = reinterpret_cast<const Segment*>(args.segments)[2 * pair + side];
        mean += (response_sum(args.policy, own, own.count, 1.0) - response_sum(args.squares, own, own.count, 1.0)) / max(1, own.count);
    }
    if (threadIdx.x % 32 == 0) args.weights[pair] = exp(mean);
}
#endif

// Sums of a row vector over chosen and over rejected responses; [0] and [1] of the result, in all threads. shared [2 * kWarps]
__device__ __forceinline__ double2 sums_by_side(const float* rows, const Segment* segments, int pairs, double* shared)
{
    double2 sum = {0.0, 0.0};
    for (int response = threadIdx.x / 32; response < 2 * pairs && rows != nullptr; response += kWarps) {
        const double own = response_sum(rows, segments[response], segments[response].count, 1.0);
        if (response % 2 == 0) sum.x += own;
        else sum.y += own;
    }
    // Every lane of a warp holds the warp's sum: one of them counts.
    if (threadIdx.x % 32 != 0) sum = {0.0, 0.0};
    const double chosen = block_sum<kThreads>(sum.x, shared), rejected = block_sum<kThreads>(sum.y, shared + kWarps);
    // The next sum may use the scratch.
    __syncthreads();
    return {chosen, rejected};
}

#ifdef SPA_ENTRY_REWARD_METRICS
extern "C" __global__ void __launch_bounds__(kThreads) reward_metrics(const __grid_constant__ RewardMetricsArgs args)
{
    __shared__ double shared[2 * kWarps];
    const Segment* segments = reinterpret_cast<const Segment*>(args.segments);
    const double2 entropy = sums_by_side(args.entropy, segments, args.pairs, shared);
    const double2 logits = sums_by_side(args.mean_logit, segments, args.pairs, shared);
    const double2 correct = sums_by_side(args.top1, segments, args.pairs, shared);
    if (threadIdx.x != 0) return;

    // One thread: the order of the pairs is the order of the sums.
    double sum[kMetrics] = {};
    double chosen_tokens = 0.0, rejected_tokens = 0.0;
    const double weight = 1.0 / args.pairs;
    for (int pair = 0; pair < args.pairs; pair++) {
        const PairResult result = reinterpret_cast<const PairResult*>(args.results)[pair];
        const PairScore score = reinterpret_cast<const PairScore*>(args.scores)[pair];
        chosen_tokens += segments[2 * pair].count;
        rejected_tokens += segments[2 * pair + 1].count;
        sum[0] += result.loss * weight;
        sum[5] += result.reward_chosen * weight;
        sum[6] += result.reward_rejected * weight;
        sum[7] += result.winner * weight;
        sum[8] += result.reward_margin * weight;
        sum[9] += score.policy_chosen * weight;
        sum[10] += score.policy_rejected * weight;
        if (args.flags != nullptr) sum[11] += args.flags[pair] != 0 ? 1.0 : 0.0;
        if (args.margins != nullptr) sum[12] += args.margins[pair];
    }
    sum[1] = (entropy.x + entropy.y) / (chosen_tokens + rejected_tokens);
    sum[2] = logits.x / chosen_tokens;
    sum[3] = logits.y / rejected_tokens;
    sum[4] = correct.x / chosen_tokens;
    if (args.threshold != nullptr && !isnan(*args.threshold)) sum[13] = *args.threshold, sum[14] = 1.0;
    sum[15] = 1.0;
#pragma unroll
    for (int i = 0; i < kMetrics; i++) args.metrics[i] += sum[i];
}
#endif
