// output = the values of a weight's codes (QuantisedWeight.cs), 8 elements a thread. Element e of rows one behind the other, 4 bits:
// book[code] scale[e / 64], the code of an even e in the upper half of its byte; a nested scale is map[its code] S[block / 256] + o,
// and S is followed by o. 8 bits: code scale[row] / 127. Every product and sum is rounded by itself. output [R, K] float32 or
// bfloat16. Reads 4 or 8 bytes for 8 elements and, through the cache, their scale; writes 32 or 16.
#include "common/elements.cuh"

constexpr bool k4Bit = SPA_4BIT;
constexpr bool kNested = SPA_NESTED;
constexpr bool kOutputBf16 = SPA_OUTPUT_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = 8;
constexpr int kBook = 16;
constexpr int kBlock = 64;
constexpr int kNestedBlock = 256;
constexpr float kInt8Unit = 1 / 127.0f;

struct DequantiseWeightArgs {
    Element<kOutputBf16>* output;       // [R, K]
    const unsigned char* codes;         // 4 or 8 bits each, 64-byte aligned
    const void* scales;                 // float32, or codes of them
    const float* nested;                // S, o; nested only
    const float* tables;                // book [16], map [256]; 4 bits only
    long long rows;
    long long columns;
    long long firstRow;                 // of the weight
    long long nestedScales;
    int outputStride;
    int shift;
};
static_assert(sizeof(DequantiseWeightArgs) == 80);

struct Body {
    const DequantiseWeightArgs& args;
    const float* book;                  // [16], shared

    __device__ __forceinline__ float scale_of(long long block) const {
        if constexpr (kNested) {
            const float value = args.tables[kBook + static_cast<const unsigned char*>(args.scales)[block]];
            return __fadd_rn(__fmul_rn(value, args.nested[block / kNestedBlock]), args.nested[args.nestedScales]);
        } else {
            return static_cast<const float*>(args.scales)[block];
        }
    }

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        const long long first = (args.firstRow + row) * args.columns + column;
        Floats<kCount> y;
        if constexpr (k4Bit) {
            if constexpr (kWhole) {
                // Every row begins with a whole chunk, so a chunk is one word and lies in one block.
                const unsigned word = *reinterpret_cast<const unsigned*>(args.codes + first / 2);
                const float scale = scale_of(first / kBlock);
#pragma unroll
                for (int i = 0; i < kCount; i++) y.at[i] = book[word >> (4 * (i ^ 1)) & 15] * scale;
            } else {
#pragma unroll
                for (int i = 0; i < kCount; i++) {
                    const long long e = first + i;
                    y.at[i] = i < count ? book[args.codes[e / 2] >> (e % 2 == 0 ? 4 : 0) & 15] * scale_of(e / kBlock) : 0;
                }
            }
        } else {
            const float scale = static_cast<const float*>(args.scales)[args.firstRow + row];
            unsigned words[2] = {0, 0};
            if constexpr (kWhole) {
                load_words(words, args.codes + first);
            } else {
#pragma unroll
                for (int i = 0; i < kCount; i++)
                    if (i < count) words[i / 4] |= static_cast<unsigned>(args.codes[first + i]) << 8 * (i % 4);
            }
#pragma unroll
            for (int i = 0; i < kCount; i++)
                y.at[i] = __fmul_rn(__fmul_rn(static_cast<float>(static_cast<signed char>(words[i / 4] >> 8 * (i % 4))), scale), kInt8Unit);
        }
        store_floats<kWhole, kCount>(args.output + row * args.outputStride + column, y, count);
    }
};

extern "C" __global__ void __launch_bounds__(kThreads) dequantise_weight_forward(const __grid_constant__ DequantiseWeightArgs args) {
    // Sixteen words lie in sixteen banks: no two lanes are ever in each other's way.
    __shared__ float book[kBook];
    if constexpr (k4Bit) {
        if (threadIdx.x < kBook) book[threadIdx.x] = args.tables[threadIdx.x];
        // All threads read what sixteen have written.
        __syncthreads();
    }
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, Body{args, book});
}
