// Reductions in a fixed order. A warp adds lanes 16, 8, 4, 2, 1 apart; both partners of a step add the same two numbers, so every lane
// ends with the same bits. A block adds the sums of its warps in the order of the warps.
#pragma once

struct AddOp {
    template <typename T>
    __device__ __forceinline__ static T of(T a, T b) { return a + b; }
};

// A NaN wins, so that none hides behind a maximum.
struct MaxOp {
    __device__ __forceinline__ static float of(float a, float b) { return a > b || a != a ? a : b; }
};

template <typename Op, typename T>
__device__ __forceinline__ T warp_reduce(T value) {
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) value = Op::of(value, __shfl_xor_sync(0xffffffffu, value, distance));
    return value;
}

// Every thread of the block gets the result. shared: one T for each warp; free again for the next call with a different buffer, or
// with the same one after a barrier.
template <typename Op, int kThreads, typename T>
__device__ __forceinline__ T block_reduce(T value, T* shared) {
    constexpr int kWarps = kThreads / 32;
    value = warp_reduce<Op>(value);
    if constexpr (kWarps == 1) return value;
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = value;
    // The sums of all warps must be there before any thread adds them.
    __syncthreads();
    value = shared[0];
#pragma unroll
    for (int warp = 1; warp < kWarps; warp++) value = Op::of(value, shared[warp]);
    return value;
}

template <typename T>
__device__ __forceinline__ T warp_sum(T value) { return warp_reduce<AddOp>(value); }

__device__ __forceinline__ float warp_max(float value) { return warp_reduce<MaxOp>(value); }

template <int kThreads, typename T>
__device__ __forceinline__ T block_sum(T value, T* shared) { return block_reduce<AddOp, kThreads>(value, shared); }

template <int kThreads>
__device__ __forceinline__ float block_max(float value, float* shared) { return block_reduce<MaxOp, kThreads>(value, shared); }
