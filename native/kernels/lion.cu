// One Lion update of a flat range (Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2), rounded step by step as
// on the CPU: c = m + (1 - b1)(g - m); w = w (1 - lr decay) - lr sign(c); m += (1 - b2)(g - m), g the clipped gradient. master, gradients,
// m [N] float32; weights [N] bfloat16 get the rounding of master, or master is the weight itself. norm [1]; one that is not finite skips
// the update. Moves 20 bytes of each element, 22 with bfloat16 weights.
#include "common/clip.cuh"
#include "common/elements.cuh"

constexpr bool kWeightBf16 = SPA_WEIGHT_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = 4;

struct LionForwardArgs {
    bf16* weights;              // [N]; bfloat16 only
    float* master;              // [N]
    const float* gradients;     // [N]
    float* m;                   // [N]
    const float* norm;          // [1]
    long long count;            // N
    float keep;                 // 1 - lr decay
    float directionRate;        // 1 - b1
    float mRate;                // 1 - b2
    float stepSize;             // -lr
    float maxNorm;              // 0: no clipping

    template <bool kWhole>
    __device__ __forceinline__ void at(long long, long long first, int length) const {
        if (!isfinite(*norm)) return;
        const Floats<kCount> g = load_floats<kWhole, kCount>(gradients + first, length);
        Floats<kCount> w = load_floats<kWhole, kCount>(master + first, length), ms = load_floats<kWhole, kCount>(m + first, length);
        const float clip = clip_by_norm(maxNorm, norm);
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            const float change = __fsub_rn(__fmul_rn(g.at[i], clip), ms.at[i]);
            const float direction = fmaf(change, directionRate, ms.at[i]);
            const float sign = static_cast<float>((direction > 0) - (direction < 0));
            w.at[i] = fmaf(sign, stepSize, __fmul_rn(w.at[i], keep));
            ms.at[i] = fmaf(change, mRate, ms.at[i]);
        }
        store_floats<kWhole, kCount>(m + first, ms, length);
        store_floats<kWhole, kCount>(master + first, w, length);
        if constexpr (kWeightBf16) store_floats<kWhole, kCount>(weights + first, w, length);
    }
};
static_assert(sizeof(LionForwardArgs) == 72);

extern "C" __global__ void __launch_bounds__(kThreads) lion_forward(const __grid_constant__ LionForwardArgs args) {
    // One row of all elements, 256 chunks a block.
    for_each_chunk<kVector, kCount>(1, args.count, 8, args);
}
