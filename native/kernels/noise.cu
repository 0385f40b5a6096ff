// Extrapolated-logit noise mask: which pairs' labels count as noisy, decided and remembered on the device.
//
//   margins[P] = beta M,  M = [log pi_ext(y_w) - log pi_ext(y_l)] - [log pi_ref(y_w) - log pi_ref(y_l)]
//   flags[P] = 1 where the margin is too small, by SPA_RULE:
//     0 quantile  margin < threshold, the K-quantile (linear between order statistics) over the latest margin of every pair that was visited up
//                 to the update before; NaN, so nothing is flagged, before 1 / K pairs were visited. noise_end_update makes the next one.
//     1 rolling   not margin > threshold: 0 until 50 micro-batch means stand in the window, then the mean of its sorted entries floor(50 K)
//                 and the next; this micro-batch's mean joins afterwards
//     2 batch     margin < threshold, the K-quantile of the micro-batch at hand, if it has 1 / K pairs
//
// state: threshold, means seen, 2 unused, then [entries] latest margins or window, [entries] margins of the update under way; NaN is empty.
// Order statistics are exact and nothing is sorted: ranks by counting where values are few, else a radix search over 64-bit keys, six
// passes over 8 bytes a pair. One CTA; at 100,000 pairs an update's end reads 5 MB from the second-level cache.
// Dimensions: P pairs of a micro-batch.
#include "common/pairs.cuh"

[[maybe_unused]] constexpr int kRule = SPA_RULE;
[[maybe_unused]] constexpr int kQuantile = 0, kRolling = 1;  // NoiseRule.cs; else batch

[[maybe_unused]] constexpr int kThreads = 512;
[[maybe_unused]] constexpr int kHeader = 4;
[[maybe_unused]] constexpr int kWindow = 50;
[[maybe_unused]] constexpr int kBins = 2048;
[[maybe_unused]] constexpr int kPasses = 6;  // five of 11 bits and one of 9

struct NoiseFlagArgs
{
    double* margins;       // [P]
    int* flags;            // [P]
    double* state;         // [4 + 2 entries]
    const double* scores;  // [P, 6]
    const int* indices;    // [P] which pairs of the stage these are
    double beta, share;
    int pairs, entries;
};

struct NoiseEndUpdateArgs
{
    double* state;  // [4 + 2 entries]
    double share;
    int entries;
};

static_assert(sizeof(NoiseFlagArgs) == 64);
static_assert(sizeof(NoiseEndUpdateArgs) == 24);

__device__ __forceinline__ double not_a_number() { return __longlong_as_double(0x7ff8000000000000ll); }

// Orders like the number, NaN first; +0 and -0 are equal.
__device__ __forceinline__ unsigned long long key_of(double x)
{
    if (isnan(x)) return 0;
    const long long bits = __double_as_longlong(x + 0.0);
    return static_cast<unsigned long long>(bits ^ (bits >> 63 | static_cast<long long>(0x8000000000000000ull)));
}

__device__ __forceinline__ double value_of(unsigned long long key)
{
    return __longlong_as_double(static_cast<long long>(key >> 63 ? key ^ 0x8000000000000000ull : ~key));
}

// Puts the values of two neighbouring ranks of n into found[0] and found[1] (left alone where there is no such rank): each thread counts how
// many come before its own.
__device__ __forceinline__ void find_ranks(const double* values, int n, int lower, double* found)
{
    for (int i = threadIdx.x; i < n; i += kThreads) {
        const unsigned long long own = key_of(values[i]);
        int rank = 0;
        for (int j = 0; j < n; j++) {
            const unsigned long long other = key_of(values[j]);
            rank += other < own || (other == own && j < i);
        }
        if (rank == lower) found[0] = values[i];
        if (rank == lower + 1) found[1] = values[i];
    }
    // Two threads wrote, all read.
    __syncthreads();
}

// The CPU's roundings.
__device__ __forceinline__ double between(double lower, double upper, double fraction) { return __dadd_rn(lower, __dmul_rn(fraction, __dsub_rn(upper, lower))); }

__device__ __forceinline__ double quantile_of_batch(const double* values, int n, double share, double* found)
{
    const double position = __dmul_rn(share, n - 1);
    const int lower = static_cast<int>(floor(position));
    find_ranks(values, n, lower, found);
    return lower + 1 < n ? between(found[0], found[1], __dsub_rn(position, lower)) : found[0];
}

#ifdef SPA_ENTRY_NOISE_FLAG
extern "C" __global__ void __launch_bounds__(kThreads) noise_flag(const __grid_constant__ NoiseFlagArgs args)
{
    __shared__ double found[2];
    __shared__ double threshold;
    double* values = args.state + kHeader;
    double* pending = values + args.entries;
    for (int i = threadIdx.x; i < args.pairs; i += kThreads) {
        const PairScore score = reinterpret_cast<const PairScore*>(args.scores)[i];
        args.margins[i] = __dmul_rn(args.beta, margin_of(score.extrapolated_chosen, score.extrapolated_rejected, score));
    }
    // All margins stand before any order statistic of them is taken.
    __syncthreads();

    if constexpr (kRule == kQuantile) {
        if (threadIdx.x == 0) threshold = args.state[0];
    } else if constexpr (kRule == kRolling) {
        const double seen = args.state[1];
        if (seen >= kWindow) find_ranks(values, kWindow, min(static_cast<int>(kWindow * args.share), kWindow - 2), found);
        if (threadIdx.x == 0) threshold = seen >= kWindow ? __dmul_rn(0.5, __dadd_rn(found[0], found[1])) : 0.0;
    } else {
        const double quantile = quantile_of_batch(args.margins, args.pairs, args.share, found);
        if (threadIdx.x == 0) threshold = __dmul_rn(args.share, args.pairs) >= 1.0 ? quantile : not_a_number();
    }
    // One thread wrote, all compare.
    __syncthreads();
    for (int i = threadIdx.x; i < args.pairs; i += kThreads)
        args.flags[i] = kRule == kRolling ? !(args.margins[i] > threshold) : args.margins[i] < threshold;

    // One thread keeps the books, in the order of the pairs: of a pair that comes twice the later margin stays.
    if (threadIdx.x != 0) return;
    args.state[0] = threshold;
    if constexpr (kRule == kQuantile) {
        for (int i = 0; i < args.pairs; i++) pending[args.indices[i]] = args.margins[i];
    } else if constexpr (kRule == kRolling) {
        double sum = 0.0;
        for (int i = 0; i < args.pairs; i++) sum = __dadd_rn(sum, args.margins[i]);
        values[static_cast<long long>(args.state[1]) % kWindow] = __ddiv_rn(sum, args.pairs);
        args.state[1] += 1.0;
    }
}
#endif

struct SearchScratch
{
    unsigned bins[kBins];
    unsigned warps[kThreads / 32];
    unsigned long long key, least;
    unsigned before, inside;
};

// Counts of the threads before this one; all threads call.
__device__ __forceinline__ unsigned count_before(unsigned count, unsigned* warps)
{
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    unsigned running = count;
#pragma unroll
    for (int step = 1; step < 32; step <<= 1) {
        const unsigned other = __shfl_up_sync(0xffffffffu, running, step);
        if (lane >= step) running += other;
    }
    if (lane == 31) warps[warp] = running;
    // Totals of the warps are read by all.
    __syncthreads();
    for (int i = 0; i < warp; i++) running += warps[i];
    // The next pass may write them.
    __syncthreads();
    return running - count;
}

// Key of rank `wanted` (from 0) among the values that are numbers; s.before and s.inside count the smaller and the equal ones.
__device__ __forceinline__ unsigned long long search(const double* values, int n, unsigned wanted, SearchScratch& s)
{
    unsigned long long prefix = 0;
    unsigned passed = 0;
#pragma unroll 1
    for (int pass = 0; pass < kPasses; pass++) {
        const int shift = 53 - 11 * pass, low = max(shift, 0), bins = shift < 0 ? kBins >> -shift : kBins;
        for (int i = threadIdx.x; i < kBins; i += kThreads) s.bins[i] = 0;
        // Bins are empty before the first count.
        __syncthreads();
        for (int i = threadIdx.x; i < n; i += kThreads) {
            const unsigned long long key = key_of(values[i]);
            // What lies above this pass's bits must be what was found.
            if (key != 0 && (pass == 0 || key >> (shift + 11) == prefix >> (shift + 11))) atomicAdd(&s.bins[key >> low & (bins - 1)], 1u);
        }
        // All counts are in.
        __syncthreads();
        constexpr int kEach = kBins / kThreads;
        unsigned own[kEach], count = 0;
#pragma unroll
        for (int i = 0; i < kEach; i++) count += own[i] = s.bins[kEach * threadIdx.x + i];
        unsigned before = passed + count_before(count, s.warps);
#pragma unroll
        for (int i = 0; i < kEach; i++) {
            if (before <= wanted && wanted < before + own[i]) {
                s.key = prefix | static_cast<unsigned long long>(kEach * threadIdx.x + i) << low;
                s.before = before;
                s.inside = own[i];
            }
            before += own[i];
        }
        // One thread wrote, all read.
        __syncthreads();
        prefix = s.key;
        passed = s.before;
    }
    return prefix;
}

#ifdef SPA_ENTRY_NOISE_END_UPDATE
extern "C" __global__ void __launch_bounds__(kThreads) noise_end_update(const __grid_constant__ NoiseEndUpdateArgs args)
{
    if constexpr (kRule != kQuantile) return;
    __shared__ SearchScratch s;
    double* values = args.state + kHeader;
    double* pending = values + args.entries;

    // The update's margins join the others; count those that are numbers.
    unsigned own = 0;
    for (int i = threadIdx.x; i < args.entries; i += kThreads) {
        if (!isnan(pending[i])) values[i] = pending[i];
        pending[i] = not_a_number();
        own += !isnan(values[i]);
    }
    const unsigned before = count_before(own, s.warps);
    if (threadIdx.x == kThreads - 1) s.inside = before + own;
    if (threadIdx.x == 0) s.least = ~0ull;
    // One thread wrote, all read; and all values stand.
    __syncthreads();
    const unsigned visited = s.inside;
    if (!(__dmul_rn(visited, args.share) >= 1.0)) {
        if (threadIdx.x == 0) args.state[0] = not_a_number();
        return;
    }

    // The order statistic below the quantile, and the next: an equal one, or the smallest above.
    const double position = __dmul_rn(args.share, visited - 1.0);
    const unsigned lower = static_cast<unsigned>(floor(position));
    const unsigned long long key = search(values, args.entries, lower, s);
    unsigned long long next = ~0ull;
    for (int i = threadIdx.x; i < args.entries; i += kThreads) {
        const unsigned long long other = key_of(values[i]);
        if (other > key && other < next) next = other;
    }
    atomicMin(&s.least, next);
    // All candidates are in.
    __syncthreads();
    if (threadIdx.x != 0) return;
    const double at = value_of(key), above = lower + 1 < s.before + s.inside ? at : value_of(s.least);
    args.state[0] = lower + 1 < visited ? between(at, above, __dsub_rn(position, lower)) : at;
}
#endif
