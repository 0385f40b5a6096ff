// forward: output = act(input). backward: dinput = dout * act'(input); dinput may be dout. [T, F] each, row strides.
// Moves 2, and 3, elements for each of T F.
#include "common/activation.cuh"
#include "common/elements.cuh"

constexpr bool kBf16 = SPA_ACTIVATION_BF16;
constexpr int kKind = SPA_KIND;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = kBf16 ? 8 : 4;

struct ActivationForwardArgs {
    Element<kBf16>* output;         // [T, F]
    const Element<kBf16>* input;    // [T, F]
    long long rows;
    long long columns;
    int outputStride;
    int inputStride;
    int shift;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        Floats<kCount> x = load_floats<kWhole, kCount>(input + row * inputStride + column, count);
        float slope;
#pragma unroll
        for (float& value : x.at) value = activation<kKind, kBf16>(value, slope);
        store_floats<kWhole, kCount>(output + row * outputStride + column, x, count);
    }
};
static_assert(sizeof(ActivationForwardArgs) == 48);

struct ActivationBackwardArgs {
    Element<kBf16>* dinput;         // [T, F]
    const Element<kBf16>* dout;     // [T, F]
    const Element<kBf16>* input;    // [T, F]
    long long rows;
    long long columns;
    int dinputStride;
    int doutStride;
    int inputStride;
    int shift;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        const Floats<kCount> x = load_floats<kWhole, kCount>(input + row * inputStride + column, count);
        Floats<kCount> d = load_floats<kWhole, kCount>(dout + row * doutStride + column, count);
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            float slope;
            activation<kKind, kBf16>(x.at[i], slope);
            d.at[i] *= slope;
        }
        store_floats<kWhole, kCount>(dinput + row * dinputStride + column, d, count);
    }
};
static_assert(sizeof(ActivationBackwardArgs) == 56);

#ifdef SPA_ENTRY_ACTIVATION_FORWARD
extern "C" __global__ void __launch_bounds__(kThreads) activation_forward(const __grid_constant__ ActivationForwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
#endif

#ifdef SPA_ENTRY_ACTIVATION_BACKWARD
extern "C" __global__ void __launch_bounds__(kThreads) activation_backward(const __grid_constant__ ActivationBackwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
#endif
