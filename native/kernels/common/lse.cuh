// Log-sum-exp of one row, by the kLanes threads that share it. Scorer and sampler both use this, so equal logits give equal log-probs, bit
// for bit, whatever else is computed beside them.
//
//   lane l takes groups l, l + kLanes, ... of four logits and keeps (m, s): its running maximum and the sum of exp(x - m), float32;
//   M = max m over lanes;  S = sum of s exp(m - M) over lanes, a fixed tree in double;  LSE = M + log S.
//
// A group is added as (e0 + e1) + (e2 + e3), whatever its alignment. exp is 2^x of the scaled difference: subtracting first keeps the
// rounding of large logits out of the exponent. A NaN reaches the sum, whatever the maximum made of it.
#pragma once
#include "logits.cuh"

// Lanes of a row: a warp for a small vocabulary, a CTA for a large one. The vocabulary alone decides, so that a row's bits cannot depend on
// how many rows there are.
constexpr int kLanes = SPA_LANES;
constexpr int kLaneWarps = kLanes / 32;
static_assert(kLanes == 32 || kLanes == 512);

struct RunningSum
{
    float maximum = __int_as_float(0xff800000);
    float sum = 0.0f;
};

// With nothing but -infinity so far there is no maximum to subtract; any finite number gives the zeros.
__device__ __forceinline__ float shift_of(float maximum) { return maximum == minus_infinity() ? 0.0f : maximum; }

__device__ __forceinline__ float largest(const float (&x)[kGroup]) { return fmaxf(fmaxf(x[0], x[1]), fmaxf(x[2], x[3])); }

__device__ __forceinline__ float sum_of(const float (&x)[kGroup]) { return __fadd_rn(__fadd_rn(x[0], x[1]), __fadd_rn(x[2], x[3])); }

// Refers the sum to a larger maximum; returns the factor.
__device__ __forceinline__ float raise(RunningSum& s, float maximum)
{
    const float factor = exp_fast(__fsub_rn(s.maximum, maximum));
    s.sum = __fmul_rn(s.sum, factor);
    s.maximum = maximum;
    return factor;
}

// Adds a group whose largest element is not above the maximum; e are its exponentials.
__device__ __forceinline__ void add_exponentials(RunningSum& s, const float (&x)[kGroup], float (&e)[kGroup])
{
    const float shift = shift_of(s.maximum);
#pragma unroll
    for (int i = 0; i < kGroup; i++) e[i] = exp_fast(__fsub_rn(x[i], shift));
    s.sum = __fadd_rn(s.sum, sum_of(e));
}

__device__ __forceinline__ void add_group(RunningSum& s, const float (&x)[kGroup])
{
    float e[kGroup];
    const float top = largest(x);
    // Rare after the first few groups; multiplying by 1 instead would give the same bits.
    if (top > s.maximum) raise(s, top);
    add_exponentials(s, x, e);
}

__device__ __forceinline__ int larger(int a, int b) { return max(a, b); }

__device__ __forceinline__ float larger(float a, float b) { return fmaxf(a, b); }

// v[i] becomes the largest v[i] of the row's lanes, in all of them. scratch [kCount * kLaneWarps]
template <int kCount, typename T>
__device__ __forceinline__ void max_over_lanes(T (&v)[kCount], T* scratch)
{
#pragma unroll
    for (int i = 0; i < kCount; i++)
        for (int mask = 16; mask > 0; mask >>= 1) v[i] = larger(v[i], __shfl_xor_sync(0xffffffffu, v[i], mask));
    if (kLaneWarps == 1) return;
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    if (lane == 0)
        for (int i = 0; i < kCount; i++) scratch[i * kLaneWarps + warp] = v[i];
    // Every warp reads what all have written.
    __syncthreads();
#pragma unroll
    for (int i = 0; i < kCount; i++) {
        v[i] = scratch[i * kLaneWarps + lane % kLaneWarps];
        for (int mask = kLaneWarps / 2; mask > 0; mask >>= 1) v[i] = larger(v[i], __shfl_xor_sync(0xffffffffu, v[i], mask));
    }
    // The next reduction may write the same scratch.
    __syncthreads();
}

// The same for sums: a tree over the lanes of a warp, then one over warps. Both orders of a pair give the same bits, so all lanes agree.
template <int kCount>
__device__ __forceinline__ void sum_over_lanes(double (&v)[kCount], double* scratch)
{
#pragma unroll
    for (int i = 0; i < kCount; i++)
        for (int mask = 16; mask > 0; mask >>= 1) v[i] = __dadd_rn(v[i], __shfl_xor_sync(0xffffffffu, v[i], mask));
    if (kLaneWarps == 1) return;
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    if (lane == 0)
        for (int i = 0; i < kCount; i++) scratch[i * kLaneWarps + warp] = v[i];
    // Every warp reads what all have written.
    __syncthreads();
#pragma unroll
    for (int i = 0; i < kCount; i++) {
        v[i] = scratch[i * kLaneWarps + lane % kLaneWarps];
        for (int mask = kLaneWarps / 2; mask > 0; mask >>= 1) v[i] = __dadd_rn(v[i], __shfl_xor_sync(0xffffffffu, v[i], mask));
    }
    // The next reduction may write the same scratch.
    __syncthreads();
}

// exp(m - M) for a lane's part of the row; a lane that saw no finite logit has a sum of 0, or NaN, which the product keeps.
__device__ __forceinline__ float rescale(const RunningSum& s, float maximum)
{
    return s.maximum == minus_infinity() ? 0.0f : exp_exact(__fsub_rn(s.maximum, maximum));
}

__device__ __forceinline__ double scaled_sum(const RunningSum& s, float factor) { return __dmul_rn(s.sum, factor); }

__device__ __forceinline__ double log_sum_exp(float maximum, double sum) { return __dadd_rn(maximum, log(sum)); }

// What a sampler needs of a row, equal in all lanes; `own` is the lane's part. scratch [kLaneWarps]
struct RowLse
{
    RunningSum own;
    float maximum;
    double value;
};

__device__ __forceinline__ RowLse row_lse(const Logit* row, int count, float cap, double* scratch)
{
    RowLse result;
    const bool aligned = is_aligned(row);
    // Two groups in flight hide the cost of a raised maximum behind the next load.
#pragma unroll 2
    for (int at = kGroup * (threadIdx.x % kLanes); at < count; at += kGroup * kLanes) {
        float x[kGroup];
        load_group(x, row, at, count, aligned, cap);
        add_group(result.own, x);
    }
    float maximum[1] = {result.own.maximum};
    max_over_lanes(maximum, reinterpret_cast<float*>(scratch));
    double sum[1] = {scaled_sum(result.own, rescale(result.own, maximum[0]))};
    sum_over_lanes(sum, scratch);
    result.maximum = maximum[0];
    result.value = log_sum_exp(maximum[0], sum[0]);
    return result;
}
