// AdamW (common/adamw.cuh) with everything in bfloat16 but the gradients: weights, m, v [N] bfloat16, gradients [N] float32, norm [1].
// The float32 results are rounded stochastically: 16 random bits are added below the kept half, so the mean over draws is the float32
// value, and a small step is not lost for good. The bits are Philox with key seed and counter (pair of elements, step), so they do not
// depend on the launch. A norm that is not finite skips the update. Moves 16 bytes of each element.
#include "common/adamw.cuh"
#include "common/elements.cuh"
#include "common/philox.cuh"

constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = 8;

// Infinities and NaN keep their kind: adding to them could change it.
__device__ __forceinline__ unsigned round_stochastically(float value, unsigned random16) {
    const unsigned bits = __float_as_uint(value);
    return (bits & 0x7f800000u) == 0x7f800000u ? to_bf16(value) : (bits + random16) >> 16;
}

struct AdamWBf16Args {
    bf16* weights;              // [N]
    const float* gradients;     // [N]
    bf16* m;                    // [N]
    bf16* v;                    // [N]
    const float* norm;          // [1]
    long long count;            // N
    long long first;            // index of element 0 in the whole model
    unsigned long long seed;
    AdamWFactors factors;
    int step;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long, long long start, int length) const {
        const float largest = *norm;
        if (!isfinite(largest)) return;
        const Floats<kCount> g = load_floats<kWhole, kCount>(gradients + start, length);
        const Floats<kCount> w = load_floats<kWhole, kCount>(weights + start, length);
        const Floats<kCount> ms = load_floats<kWhole, kCount>(m + start, length), vs = load_floats<kWhole, kCount>(v + start, length);
        const float clip = clip_factor(factors, norm);
        Chunk<bf16, kCount> newW, newM, newV;
#pragma unroll
        for (int i = 0; i < kCount; i += 2) {
            // One draw of 128 bits for a pair: x and y hold both halves for weight and m of one element each, z those for v.
            const unsigned long long pair = static_cast<unsigned long long>(first + start + i) / 2;
            const uint4 random = philox(seed, make_uint4(static_cast<unsigned>(pair), static_cast<unsigned>(pair >> 32), step, 0));
            unsigned pairW = 0, pairM = 0, pairV = 0;
#pragma unroll
            for (int j = 0; j < 2; j++) {
                float weight = w.at[i + j], mean = ms.at[i + j], square = vs.at[i + j];
                adamw(factors, clip, g.at[i + j], weight, mean, square);
                const unsigned word = j == 0 ? random.x : random.y;
                pairW |= round_stochastically(weight, word & 0xffffu) << 16 * j;
                pairM |= round_stochastically(mean, word >> 16) << 16 * j;
                pairV |= round_stochastically(square, random.z >> 16 * j & 0xffffu) << 16 * j;
            }
            newW.words[i / 2] = pairW, newM.words[i / 2] = pairM, newV.words[i / 2] = pairV;
        }
        store_chunk<kWhole, kCount>(weights + start, newW, length);
        store_chunk<kWhole, kCount>(m + start, newM, length);
        store_chunk<kWhole, kCount>(v + start, newV, length);
    }
};
static_assert(sizeof(AdamWBf16Args) == 104);

extern "C" __global__ void __launch_bounds__(kThreads) adamw_bf16(const __grid_constant__ AdamWBf16Args args) {
    // One row of all elements, 256 chunks a block.
    for_each_chunk<kVector, kCount>(1, args.count, 8, args);
}
