// Rotates pairs of the first 2P of every head's D elements, in place: (a, b) -> (a cos - b sin, a sin + b cos), with -sin for the
// inverse, which is the backward. x [T, H D], table [N, 2P] cos then sin, positions [T] int32. Pair i is (i, i + P), or (2i, 2i + 1) if
// interleaved. A position outside [0, N) is reported and its row left alone. Moves 2 H P elements in and out of each row.
#include "common/elements.cuh"
#include "common/fault.cuh"
#include "common/store.cuh"

constexpr bool kBf16 = SPA_ACTIVATION_BF16;
constexpr bool kInterleaved = SPA_INTERLEAVED;
constexpr bool kVector = SPA_VECTOR;
// Pairs of a thread: two 16-byte accesses to x, or one where both halves of a pair are neighbours.
constexpr int kCount = (kBf16 ? 8 : 4) / (kInterleaved ? 2 : 1);

// Rounded as on the CPU: only the last addition is fused.
__device__ __forceinline__ void rotate(float& a, float& b, float cosine, float sine) {
    const float turned = __fsub_rn(__fmul_rn(a, cosine), __fmul_rn(b, sine));
    b = fmaf(a, sine, __fmul_rn(b, cosine));
    a = turned;
}

struct RotaryForwardArgs {
    Element<kBf16>* x;          // [T, H D]
    const int* positions;       // [T]
    const float* table;         // [N, 2P]
    FaultRecord* fault;
    long long rows;
    long long limit;            // N
    int heads;
    int headDim;
    int pairs;                  // P
    int chunks;                 // of kCount pairs in a head
    int xStride;
    int tableStride;
    int shift;
    float sign;                 // -1: inverse

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long index, int) const {
        const int head = static_cast<int>(index) / chunks, pair = (static_cast<int>(index) - head * chunks) * kCount;
        const int count = min(kCount, pairs - pair), position = positions[row];
        if (!is_below(position, limit)) {
            if (index == 0) report_fault(fault, kFaultPosition, limit, row, position);
            return;
        }
        const float* cosAt = table + static_cast<long long>(position) * tableStride + pair;
        const Floats<kCount> cosine = load_floats<kVector, kCount>(cosAt, count), sine = load_floats<kVector, kCount>(cosAt + pairs, count);
        auto* at = x + row * xStride + static_cast<long long>(head) * headDim;
        if constexpr (kInterleaved) {
            Floats<2 * kCount> both = load_floats<kVector, 2 * kCount>(at + 2 * pair, 2 * count);
#pragma unroll
            for (int i = 0; i < kCount; i++) rotate(both.at[2 * i], both.at[2 * i + 1], cosine.at[i], sine.at[i] * sign);
            store_whole<kVector, 2 * kCount>(at + 2 * pair, both, 2 * count);
        } else {
            Floats<kCount> a = load_floats<kVector, kCount>(at + pair, count), b = load_floats<kVector, kCount>(at + pair + pairs, count);
#pragma unroll
            for (int i = 0; i < kCount; i++) rotate(a.at[i], b.at[i], cosine.at[i], sine.at[i] * sign);
            store_whole<kVector, kCount>(at + pair, a, count);
            store_whole<kVector, kCount>(at + pair + pairs, b, count);
        }
    }
};
static_assert(sizeof(RotaryForwardArgs) == 80);

extern "C" __global__ void __launch_bounds__(kThreads) rotary_forward(const __grid_constant__ RotaryForwardArgs args) {
    // A "column" is a chunk of some head.
    for_each_chunk<true, 1>(args.rows, static_cast<long long>(args.heads) * args.chunks, args.shift, args);
}
