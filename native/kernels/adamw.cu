// One AdamW update of a flat range with float32 moments (common/adamw.cuh). master, gradients, m, v [N] float32; weights [N] bfloat16
// get the rounding of master, or master is the weight itself. norm [1] on the device. A NaN spreads, as on the CPU: the trainer stops on it.
// Moves 28 bytes of each element, 30 with bfloat16 weights.
#include "common/adamw.cuh"
#include "common/elements.cuh"

constexpr bool kWeightBf16 = SPA_WEIGHT_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = 4;

struct AdamWForwardArgs {
    bf16* weights;              // [N]; bfloat16 only
    float* master;              // [N]
    const float* gradients;     // [N]
    float* m;                   // [N]
    float* v;                   // [N]
    const float* norm;          // [1]
    long long count;            // N
    AdamWFactors factors;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long, long long first, int length) const {
        const Floats<kCount> g = load_floats<kWhole, kCount>(gradients + first, length);
        Floats<kCount> w = load_floats<kWhole, kCount>(master + first, length);
        Floats<kCount> ms = load_floats<kWhole, kCount>(m + first, length), vs = load_floats<kWhole, kCount>(v + first, length);
        const float clip = clip_factor(factors, norm);
#pragma unroll
        for (int i = 0; i < kCount; i++) adamw(factors, clip, g.at[i], w.at[i], ms.at[i], vs.at[i]);
        store_floats<kWhole, kCount>(m + first, ms, length);
        store_floats<kWhole, kCount>(v + first, vs, length);
        store_floats<kWhole, kCount>(master + first, w, length);
        if constexpr (kWeightBf16) store_floats<kWhole, kCount>(weights + first, w, length);
    }
};
static_assert(sizeof(AdamWForwardArgs) == 88);

extern "C" __global__ void __launch_bounds__(kThreads) adamw_forward(const __grid_constant__ AdamWForwardArgs args) {
    // One row of all elements, 256 chunks a block.
    for_each_chunk<kVector, kCount>(1, args.count, 8, args);
}
