// output = (output +) input * mask, mask = scale or 0: an element is kept where its random word is at least the threshold. The word is one
// of four of Philox under (row key, column / 4, stream), so a row has the mask of its key wherever it lies and whatever lies beside it.
// [T, C] with row strides, keys [T, 2]. Moves input in, output out (and in).
#include "common/elements.cuh"
#include "common/philox.cuh"

constexpr bool kBf16 = SPA_ACTIVATION_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr bool kAccumulate = SPA_ACCUMULATE;
constexpr int kCount = kBf16 ? 8 : 4;

struct DropoutForwardArgs {
    Element<kBf16>* output;         // [T, C]
    const Element<kBf16>* input;    // [T, C]
    const unsigned* keys;           // [T, 2]
    unsigned long long seed;
    long long rows;
    long long columns;
    int outputStride;
    int inputStride;
    int shift;
    unsigned stream;
    unsigned threshold;
    float scale;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        auto* to = output + row * outputStride + column;
        const Floats<kCount> x = load_floats<kWhole, kCount>(input + row * inputStride + column, count);
        Floats<kCount> y = {};
        if constexpr (kAccumulate) y = load_floats<kWhole, kCount>(to, count);
        const unsigned low = keys[2 * row], high = keys[2 * row + 1];
#pragma unroll
        for (int i = 0; i < kCount; i += 4) {
            const uint4 words = philox(seed, make_uint4(low, high, static_cast<unsigned>((column + i) / 4), stream));
            const unsigned word[4] = {words.x, words.y, words.z, words.w};
#pragma unroll
            for (int j = 0; j < 4; j++) {
                const float kept = word[j] >= threshold ? __fmul_rn(scale, x.at[i + j]) : 0.0f;
                y.at[i + j] = kAccumulate ? __fadd_rn(y.at[i + j], kept) : kept;
            }
        }
        store_floats<kWhole, kCount>(to, y, count);
    }
};
static_assert(sizeof(DropoutForwardArgs) == 72);

extern "C" __global__ void __launch_bounds__(kThreads) dropout_forward(const __grid_constant__ DropoutForwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
