// Order statistics of one row by a CTA, without sorting: three passes over the bits of keys that order as the logits do (11 + 11 + 10 from
// the top), each adding amounts into 2,048 bins of shared memory and going on in the one that holds the answer. Amounts are integers, so the
// order in which threads add cannot show.
#pragma once
#include "lse.cuh"

constexpr int kSelectThreads = 512;
constexpr int kSelectWarps = kSelectThreads / 32;
constexpr int kBins = 2048;
constexpr int kBinsPerThread = kBins / kSelectThreads;

using Amount = unsigned long long;

struct SelectScratch
{
    Amount bins[kBins];
    Amount warps[kSelectWarps];
    Amount above, inside;
    unsigned bin;
};

struct Selected
{
    unsigned key;   // the largest key down to which (inclusive) the amounts reach the target
    Amount above;   // amount of the keys that are larger
    Amount inside;  // amount of the key itself
};

// Sums over the threads before this one, in thread order; all threads call. warps [kSelectWarps]; total gets the sum of all.
template <typename T>
__device__ __forceinline__ T sum_before(T value, T* warps, T& total)
{
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    T running = value;
#pragma unroll
    for (int step = 1; step < 32; step <<= 1) {
        const T other = __shfl_up_sync(0xffffffffu, running, step);
        if (lane >= step) running = other + running;
    }
    // Of the lane before, not the difference: a double sum must not lose what it held.
    const T before = __shfl_up_sync(0xffffffffu, running, 1);
    if (lane == 31) warps[warp] = running;
    // Totals of the warps are read by all.
    __syncthreads();
    T earlier = T(0), all = T(0);
#pragma unroll
    for (int i = 0; i < kSelectWarps; i++) {
        if (i == warp) earlier = all;
        all = all + warps[i];
    }
    total = all;
    // The caller may use the scratch again.
    __syncthreads();
    return lane == 0 ? earlier : earlier + before;
}

// amount(id, key) is called for every token of the row and sets its key; 0 leaves it out. At least one amount is not 0. A target beyond their
// sum selects the smallest key that has one.
template <typename AmountOf>
__device__ __forceinline__ Selected select_key(int count, Amount target, AmountOf amount, SelectScratch& scratch)
{
    Selected found = {0, 0, 0};
    unsigned mask = 0;
#pragma unroll 1
    for (int pass = 0; pass < 3; pass++) {
        const int shift = pass == 0 ? 21 : pass == 1 ? 10 : 0, bins = pass == 2 ? kBins / 2 : kBins;
        for (int i = threadIdx.x; i < kBins; i += kSelectThreads) scratch.bins[i] = 0;
        // All bins are empty before the first amount arrives.
        __syncthreads();
        for (int id = threadIdx.x; id < count; id += kSelectThreads) {
            unsigned key;
            const Amount value = amount(id, key);
            if (value != 0 && (key & mask) == found.key) atomicAdd(&scratch.bins[key >> shift & (bins - 1)], value);
        }
        // All amounts are in before the bins are read.
        __syncthreads();

        // Four bins a thread, from the top; the thread in whose bins the target is reached writes which one it was.
        Amount own[kBinsPerThread], sum = 0, total;
#pragma unroll
        for (int i = 0; i < kBinsPerThread; i++) {
            own[i] = scratch.bins[kBins - 1 - kBinsPerThread * static_cast<int>(threadIdx.x) - i];
            sum += own[i];
        }
        Amount above = found.above + sum_before(sum, scratch.warps, total);
        if (target > found.above + total) target = found.above + total;
        if (above < target && above + sum >= target) {
#pragma unroll
            for (int i = 0; i < kBinsPerThread; i++) {
                if (above < target && above + own[i] >= target) {
                    scratch.bin = kBins - 1 - kBinsPerThread * threadIdx.x - i;
                    scratch.above = above;
                    scratch.inside = own[i];
                }
                above += own[i];
            }
        }
        // One thread wrote, all read.
        __syncthreads();
        found = {found.key | scratch.bin << shift, scratch.above, scratch.inside};
        mask |= static_cast<unsigned>(bins - 1) << shift;
    }
    return found;
}

// A lower bound of the k-th largest logit that few others exceed: the k-th largest of the lanes' maxima, -infinity where there are fewer.
// Sparing the bins all other tokens is worth it, because most of a row falls into a handful of bins. maxima [kSelectThreads]
__device__ __forceinline__ float bound_of_kth(const RunningSum& own, int k, float* maxima)
{
    if (kLanes < kSelectThreads || k > kSelectThreads) return minus_infinity();
    const float value = own.maximum;
    maxima[threadIdx.x] = value;
    // Each thread ranks its own among all.
    __syncthreads();
    int rank = 0;
    for (int i = 0; i < kSelectThreads; i += 4) {
        const float4 other = *reinterpret_cast<const float4*>(maxima + i);
        rank += (other.x > value || (other.x == value && i < threadIdx.x)) + (other.y > value || (other.y == value && i + 1 < threadIdx.x)) +
            (other.z > value || (other.z == value && i + 2 < threadIdx.x)) + (other.w > value || (other.w == value && i + 3 < threadIdx.x));
    }
    // All have read before the one of rank k writes.
    __syncthreads();
    if (rank == k - 1) maxima[0] = value;
    // One thread wrote, all read; the scratch is free after the next barrier.
    __syncthreads();
    const float bound = maxima[0];
    __syncthreads();
    return bound;
}
