// The elementwise parts of a Muon update (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"); matrix products
// do the rest. All run over N elements of contiguous memory, rounded step by step as on the CPU.
//   muon_momentum: m += (1 - momentum)(g - m); output = g + momentum (m - g), g the clipped gradient. gradients, m, output [N] float32,
//                  norm [1]; one that is not finite gives zeros and leaves m. Moves 16 bytes of each element.
//   muon_divide:   output = input / max(norm, epsilon). input [N] float32.
//   muon_combine:  output = a x + b y; output may be x or y. All of one type.
//   muon_update:   master = keep master - rate update; weights [N] bfloat16 get the rounding, or master is the weight itself.
#include "common/clip.cuh"
#include "common/elements.cuh"

// Type of update, output, x, y.
[[maybe_unused]] constexpr bool kBf16 = SPA_BF16;
[[maybe_unused]] constexpr bool kWeightBf16 = SPA_WEIGHT_BF16;
[[maybe_unused]] constexpr bool kVector = SPA_VECTOR;
// Eight bfloat16 are 16 bytes, the largest access.
[[maybe_unused]] constexpr int kCount = 8;
typedef Element<kBf16> T;

#ifdef SPA_ENTRY_MUON_MOMENTUM
struct MuonMomentumArgs {
    float* output;              // [N]
    float* m;                   // [N]
    const float* gradients;     // [N]
    const float* norm;          // [1]
    long long count;            // N
    float momentum;
    float rate;                 // 1 - momentum
    float maxNorm;              // 0: no clipping

    template <bool kWhole>
    __device__ __forceinline__ void at(long long, long long first, int length) const {
        Floats<kCount> g = load_floats<kWhole, kCount>(gradients + first, length), ms = load_floats<kWhole, kCount>(m + first, length);
        const bool isFinite = isfinite(*norm);
        const float clip = clip_by_norm(maxNorm, norm);
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            const float gradient = __fmul_rn(g.at[i], clip);
            const float mean = fmaf(__fsub_rn(gradient, ms.at[i]), rate, ms.at[i]);
            g.at[i] = isFinite ? fmaf(__fsub_rn(mean, gradient), momentum, gradient) : 0.0f;
            ms.at[i] = isFinite ? mean : ms.at[i];
        }
        store_floats<kWhole, kCount>(m + first, ms, length);
        store_floats<kWhole, kCount>(output + first, g, length);
    }
};
static_assert(sizeof(MuonMomentumArgs) == 56);

extern "C" __global__ void __launch_bounds__(kThreads) muon_momentum(const __grid_constant__ MuonMomentumArgs args) {
    for_each_chunk<kVector, kCount>(1, args.count, 8, args);
}
#endif

#ifdef SPA_ENTRY_MUON_DIVIDE
struct MuonDivideArgs {
    T* output;                  // [N]
    const float* input;         // [N]
    const float* norm;          // [1]
    long long count;            // N
    float epsilon;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long, long long first, int length) const {
        Floats<kCount> x = load_floats<kWhole, kCount>(input + first, length);
        const float divisor = fmaxf(*norm, epsilon);
#pragma unroll
        for (int i = 0; i < kCount; i++) x.at[i] = __fdiv_rn(x.at[i], divisor);
        store_floats<kWhole, kCount>(output + first, x, length);
    }
};
static_assert(sizeof(MuonDivideArgs) == 40);

extern "C" __global__ void __launch_bounds__(kThreads) muon_divide(const __grid_constant__ MuonDivideArgs args) {
    for_each_chunk<kVector, kCount>(1, args.count, 8, args);
}
#endif

#ifdef SPA_ENTRY_MUON_COMBINE
struct MuonCombineArgs {
    T* output;                  // [N]
    const T* x;                 // [N]
    const T* y;                 // [N]
    long long count;            // N
    float a;
    float b;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long, long long first, int length) const {
        Floats<kCount> left = load_floats<kWhole, kCount>(x + first, length), right = load_floats<kWhole, kCount>(y + first, length);
#pragma unroll
        for (int i = 0; i < kCount; i++) left.at[i] = fmaf(left.at[i], a, __fmul_rn(right.at[i], b));
        store_floats<kWhole, kCount>(output + first, left, length);
    }
};
static_assert(sizeof(MuonCombineArgs) == 40);

extern "C" __global__ void __launch_bounds__(kThreads) muon_combine(const __grid_constant__ MuonCombineArgs args) {
    for_each_chunk<kVector, kCount>(1, args.count, 8, args);
}
#endif

#ifdef SPA_ENTRY_MUON_UPDATE
struct MuonUpdateArgs {
    bf16* weights;              // [N]; bfloat16 only
    float* master;              // [N]
    const T* update;            // [N]
    long long count;            // N
    float keep;
    float stepSize;             // -rate

    template <bool kWhole>
    __device__ __forceinline__ void at(long long, long long first, int length) const {
        const Floats<kCount> u = load_floats<kWhole, kCount>(update + first, length);
        Floats<kCount> w = load_floats<kWhole, kCount>(master + first, length);
#pragma unroll
        for (int i = 0; i < kCount; i++) w.at[i] = fmaf(u.at[i], stepSize, __fmul_rn(w.at[i], keep));
        store_floats<kWhole, kCount>(master + first, w, length);
        if constexpr (kWeightBf16) store_floats<kWhole, kCount>(weights + first, w, length);
    }
};
static_assert(sizeof(MuonUpdateArgs) == 40);

extern "C" __global__ void __launch_bounds__(kThreads) muon_update(const __grid_constant__ MuonUpdateArgs args) {
    for_each_chunk<kVector, kCount>(1, args.count, 8, args);
}
#endif
