// forward: output = act(gate) * up. backward: dgate = dout * up * act'(gate), dup = dout * act(gate), and output once more where asked.
// gateUp, dgateUp [T, 2F] hold gate, then up; output, dout [T, F]. dgateUp may be gateUp, output may be dout: a thread loads all that it
// needs before it stores. Moves 3, and 5 (6 with output), elements for each of T F.
#include "common/activation.cuh"
#include "common/elements.cuh"
#include "common/store.cuh"

constexpr bool kBf16 = SPA_ACTIVATION_BF16;
constexpr int kKind = SPA_KIND;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = kBf16 ? 8 : 4;

struct GluForwardArgs {
    Element<kBf16>* output;         // [T, F]
    const Element<kBf16>* gateUp;   // [T, 2F]
    long long rows;
    long long columns;              // F
    int outputStride;
    int gateUpStride;
    int shift;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        const auto* from = gateUp + row * gateUpStride + column;
        Floats<kCount> gate = load_floats<kWhole, kCount>(from, count);
        const Floats<kCount> up = load_floats<kWhole, kCount>(from + columns, count);
        float slope;
#pragma unroll
        for (int i = 0; i < kCount; i++) gate.at[i] = activation<kKind, kBf16>(gate.at[i], slope) * up.at[i];
        store_floats<kWhole, kCount>(output + row * outputStride + column, gate, count);
    }
};
static_assert(sizeof(GluForwardArgs) == 48);

struct GluBackwardArgs {
    Element<kBf16>* dgateUp;        // [T, 2F]
    const Element<kBf16>* dout;     // [T, F]
    const Element<kBf16>* gateUp;   // [T, 2F]
    Element<kBf16>* output;         // [T, F]; null: not wanted
    long long rows;
    long long columns;              // F
    int dgateUpStride;
    int doutStride;
    int gateUpStride;
    int outputStride;
    int shift;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        const auto* from = gateUp + row * gateUpStride + column;
        Floats<kCount> gate = load_floats<kWhole, kCount>(from, count), up = load_floats<kWhole, kCount>(from + columns, count);
        Floats<kCount> d = load_floats<kWhole, kCount>(dout + row * doutStride + column, count);
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            float slope;
            const float value = activation<kKind, kBf16>(gate.at[i], slope);
            gate.at[i] = d.at[i] * up.at[i] * slope;
            d.at[i] *= value;
            up.at[i] *= value;
        }
        auto* to = dgateUp + row * dgateUpStride + column;
        store_whole<kWhole, kCount>(to, gate, count);
        store_whole<kWhole, kCount>(to + columns, d, count);
        if (output != nullptr) store_whole<kWhole, kCount>(output + row * outputStride + column, up, count);
    }
};
static_assert(sizeof(GluBackwardArgs) == 72);

#ifdef SPA_ENTRY_GLU_FORWARD
extern "C" __global__ void __launch_bounds__(kThreads) glu_forward(const __grid_constant__ GluForwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
#endif

#ifdef SPA_ENTRY_GLU_BACKWARD
extern "C" __global__ void __launch_bounds__(kThreads) glu_backward(const __grid_constant__ GluBackwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
#endif
