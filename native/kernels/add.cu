// output += input, elementwise in float32, rounded once where output is bfloat16. [R, C] each, row strides.
// Moves output in and out and input in.
#include "common/elements.cuh"

constexpr bool kInputBf16 = SPA_INPUT_BF16;
constexpr bool kOutputBf16 = SPA_OUTPUT_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = kInputBf16 || kOutputBf16 ? 8 : 4;

struct AddForwardArgs {
    Element<kOutputBf16>* output;       // [R, C]
    const Element<kInputBf16>* input;   // [R, C]
    long long rows;
    long long columns;
    int outputStride;
    int inputStride;
    int shift;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        auto* to = output + row * outputStride + column;
        Floats<kCount> sum = load_floats<kWhole, kCount>(to, count);
        const Floats<kCount> addend = load_floats<kWhole, kCount>(input + row * inputStride + column, count);
#pragma unroll
        for (int i = 0; i < kCount; i++) sum.at[i] += addend.at[i];
        store_floats<kWhole, kCount>(to, sum, count);
    }
};
static_assert(sizeof(AddForwardArgs) == 48);

extern "C" __global__ void __launch_bounds__(kThreads) add_forward(const __grid_constant__ AddForwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
