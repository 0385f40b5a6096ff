// What the norms share. A team normalises a group of G neighbouring elements: a warp where the group fits into its registers, else the
// whole block. The group alone decides, so other rows of the batch change nothing. A member holds up to kKept chunks of the group in
// registers, so the group is read once; what lies behind them is read again where it is needed.
#pragma once

#include "common/reduce.cuh"
#include "common/types.cuh"

constexpr bool kActivationBf16 = SPA_ACTIVATION_BF16;
constexpr bool kWeightBf16 = SPA_WEIGHT_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;
// 16 bytes of an activation.
constexpr int kCount = kActivationBf16 ? 8 : 4;
// Four loads of 16 bytes in flight for each thread and tensor; a block covers G = 8,192 in bfloat16, a warp 1,024.
constexpr int kKept = 4;

typedef Element<kActivationBf16> Activation;
typedef Element<kWeightBf16> Weight;

struct Team {
    int lane;
    int size;
    bool wide;  // the team is the block

    __device__ __forceinline__ explicit Team(bool isWide) : lane(isWide ? threadIdx.x : threadIdx.x % 32), size(isWide ? kThreads : 32), wide(isWide) {}

    // Teams of the grid, and which of them this is.
    __device__ __forceinline__ int teams() const { return wide ? gridDim.x : gridDim.x * kWarps; }
    __device__ __forceinline__ int index() const { return wide ? blockIdx.x : blockIdx.x * kWarps + threadIdx.x / 32; }

    // First element of this member's chunk k.
    __device__ __forceinline__ int chunk(int k) const { return (k * size + lane) * kCount; }

    // shared: kWarps floats that no other sum uses before the next barrier but one.
    __device__ __forceinline__ float sum(float value, float* shared) const {
        return wide ? block_sum<kThreads>(value, shared) : warp_sum(value);
    }
};

// Weights of a chunk, offset added.
__device__ __forceinline__ Floats<kCount> load_weights(const Weight* weight, int at, int width, float offset) {
    Floats<kCount> w = load_floats<kVector, kCount>(weight + at, width - at);
#pragma unroll
    for (float& value : w.at) value += offset;
    return w;
}

// Writes a block's sums of the chunks in registers to its row of partial [blocks, G]: a wide team's as they are, those of warps added
// in the order of the warps. shared: kKept * 32 * kCount floats.
__device__ __forceinline__ void write_partial(float* partial, const Floats<kCount> (&sums)[kKept], int width, const Team& team, float* shared) {
    if (team.wide) {
#pragma unroll
        for (int k = 0; k < kKept; k++) {
            const int at = team.chunk(k);
            if (at < width) store_floats<kVector, kCount>(partial + at, sums[k], width - at);
        }
        return;
    }
    for (int warp = 0; warp < kWarps; warp++) {
        if (threadIdx.x / 32 == warp) {
#pragma unroll
            for (int k = 0; k < kKept; k++) {
#pragma unroll
                for (int i = 0; i < kCount; i++) {
                    // Lanes are neighbours in shared memory, which keeps the banks apart.
                    float& sum = shared[(k * kCount + i) * 32 + team.lane];
                    sum = warp == 0 ? sums[k].at[i] : sum + sums[k].at[i];
                }
            }
        }
        // The next warp adds to what this one wrote.
        __syncthreads();
    }
    for (int at = threadIdx.x; at < width; at += kThreads) {
        const int lane = at / kCount % 32, k = at / kCount / 32, i = at % kCount;
        partial[at] = shared[(k * kCount + i) * 32 + lane];
    }
}
