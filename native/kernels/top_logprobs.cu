// The n most probable tokens of each row: ids [R, n], logps [R, n], most probable first, ties by lower id.
//
//   x = capped logits [R, V];  logp = x - LSE(x), the scorer's bits
//
// The n-th largest key comes from a radix histogram (common/select.cuh). The tokens above it, and the first of those equal to it, are collected
// in any order and put into theirs by counting for each how many come before it. A row without a finite log-sum-exp gets id -1 in its first
// place and a fault. One CTA a row; logits are read six times, from the second-level cache after the first time.
// Dimensions: R rows, V vocabulary, n at most 2,048 (what the collected fit into).
#include "common/fault.cuh"
#include "common/select.cuh"

constexpr int kThreads = kSelectThreads;
constexpr int kMost = 2048;

struct TopLogProbsArgs
{
    int* ids;            // [R, n]
    float* logps;        // [R, n]
    const void* logits;  // [R, V] Logit
    FaultRecord* fault;
    int ids_stride, logps_stride, stride, vocabulary, wanted;
    float cap;
};

static_assert(sizeof(TopLogProbsArgs) == 56);

struct Collected
{
    unsigned key;
    int id;
};

struct Scratch
{
    union {
        SelectScratch select;
        double sums[kLaneWarps];
        float maxima[kSelectThreads];
        Collected tokens[kMost];
    };
    double lse;
    int count, warps[kSelectWarps];
};

// The id of the n-th token with this key, in id order; all threads call.
__device__ __forceinline__ int nth_with_key(const Logit* row, int count, float cap, unsigned key, int n, Scratch& s)
{
    int found = 0x7fffffff, passed = 0;
#pragma unroll 1
    for (int start = 0; start < count; start += kThreads) {
        const int id = start + threadIdx.x;
        const int is_tie = id < count && order_key(logit_at(row, id, cap)) == key;
        int total;
        const int before = passed + sum_before(is_tie, s.warps, total);
        if (is_tie && before == n - 1) s.count = id;
        passed += total;
        if (passed >= n) break;
    }
    // One thread wrote, all read.
    __syncthreads();
    found = s.count;
    // The counter is used again.
    __syncthreads();
    return found;
}

extern "C" __global__ void __launch_bounds__(kThreads) top_logprobs(const __grid_constant__ TopLogProbsArgs args)
{
    __shared__ Scratch s;
    const int row_index = blockIdx.x, count = args.vocabulary, wanted = args.wanted;
    const Logit* row = static_cast<const Logit*>(args.logits) + static_cast<long long>(row_index) * args.stride;
    int* ids = args.ids + static_cast<long long>(row_index) * args.ids_stride;
    float* logps = args.logps + static_cast<long long>(row_index) * args.logps_stride;

    RunningSum own;
    if (threadIdx.x < kLanes) {
        const RowLse lse = row_lse(row, count, args.cap, s.sums);
        own = lse.own;
        if (threadIdx.x == 0) s.lse = lse.value;
    }
    // The first lane wrote, all read.
    __syncthreads();
    const double lse = s.lse;
    if (!isfinite(lse)) {
        if (threadIdx.x != 0) return;
        ids[0] = -1;
        report_fault(args.fault, kFaultLogits, 0, row_index, isnan(lse));
        return;
    }

    // The key of the last token wanted, and how many of its equals are.
    const float bound = bound_of_kth(own, wanted, s.maxima);
    const auto one = [&](int id, unsigned& key) {
        const float x = logit_at(row, id, args.cap);
        key = order_key(x);
        return static_cast<Amount>(x >= bound);
    };
    const Selected last = select_key(count, wanted, one, s.select);
    const int ties = wanted - static_cast<int>(last.above);
    const int cut = ties < static_cast<int>(last.inside) ? nth_with_key(row, count, args.cap, last.key, ties, s) : 0x7fffffff;

    // Collect them as they come.
    if (threadIdx.x == 0) s.count = 0;
    // The counter begins at 0, and the scratch is free.
    __syncthreads();
    for (int id = threadIdx.x; id < count; id += kThreads) {
        const unsigned key = order_key(logit_at(row, id, args.cap));
        if (key > last.key || (key == last.key && id <= cut)) s.tokens[atomicAdd(&s.count, 1)] = {key, id};
    }
    // All are in.
    __syncthreads();

    // A token's place is the number of those before it.
    for (int i = threadIdx.x; i < wanted; i += kThreads) {
        const Collected token = s.tokens[i];
        int place = 0;
        for (int j = 0; j < wanted; j++) {
            const Collected other = s.tokens[j];
            place += other.key > token.key || (other.key == token.key && other.id < token.id);
        }
        ids[place] = token.id;
        logps[place] = static_cast<float>(logit_at(row, token.id, args.cap) - lse);
    }
}
