// output = input, elementwise, converting between float32 and bfloat16 (nearest even). [R, C] each, row strides.
// Equal types move as bits: int32 goes with the float32 variant. Moves every element in once and out once.
#include "common/elements.cuh"

constexpr bool kInputBf16 = SPA_INPUT_BF16;
constexpr bool kOutputBf16 = SPA_OUTPUT_BF16;
constexpr bool kVector = SPA_VECTOR;
// 16 bytes of the narrower type.
constexpr int kCount = kInputBf16 || kOutputBf16 ? 8 : 4;

struct CopyForwardArgs {
    Element<kOutputBf16>* output;       // [R, C]
    const Element<kInputBf16>* input;   // [R, C]
    long long rows;
    long long columns;
    int outputStride;
    int inputStride;
    int shift;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        const auto* from = input + row * inputStride + column;
        auto* to = output + row * outputStride + column;
        if constexpr (kInputBf16 == kOutputBf16) {
            store_chunk<kWhole, kCount>(to, load_chunk<kWhole, kCount>(from, count), count);
        } else {
            store_floats<kWhole, kCount>(to, load_floats<kWhole, kCount>(from, count), count);
        }
    }
};
static_assert(sizeof(CopyForwardArgs) == 48);

extern "C" __global__ void __launch_bounds__(kThreads) copy_forward(const __grid_constant__ CopyForwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
