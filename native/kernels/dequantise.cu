// output = the values of blocks as ggml stores them (dequantize_row_*), 8 elements a thread. Blocks of 32: Q8_0 is half d and 32 signed
// bytes q, d q; Q4_0 half d and 16 bytes of two 4-bit q, low halves first, d (q - 8); Q4_1 half d, half m and the same, d q + m. F16 and
// BF16 are plain elements. Product and sum are rounded one after the other, as the reference formula does. output [R, C] float32 or
// bfloat16, blocks of the rows one behind the other. Reads 34, 18, 20 bytes of a block, or 64, and writes 128 or 64.
#include "common/elements.cuh"

// The values of StoredBlocks.cs.
constexpr int kHalf = 0;
constexpr int kBFloat16 = 1;
constexpr int kQ8_0 = 2;
constexpr int kQ4_0 = 3;
constexpr int kQ4_1 = 4;

constexpr int kKind = SPA_KIND;
constexpr bool kOutputBf16 = SPA_OUTPUT_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = 8;
constexpr int kBlockBytes = kKind == kQ8_0 ? 34 : kKind == kQ4_0 ? 18 : kKind == kQ4_1 ? 20 : 64;

__device__ __forceinline__ float half_to_float(unsigned short bits) {
    float result;
    asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(bits));
    return result;
}

struct DequantiseForwardArgs {
    Element<kOutputBf16>* output;       // [R, C]
    const unsigned short* blocks;       // 2-byte aligned, as every block is
    long long rows;
    long long columns;
    int outputStride;
    int shift;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        const long long element = row * columns + column;
        Floats<kCount> y;
        if constexpr (kKind == kHalf || kKind == kBFloat16) {
#pragma unroll
            for (int i = 0; i < kCount; i++) {
                const unsigned short bits = i < count ? blocks[element + i] : 0;
                y.at[i] = kKind == kHalf ? half_to_float(bits) : to_float(bits);
            }
        } else {
            // Rows are whole blocks, so a chunk is a quarter of one.
            const unsigned short* block = blocks + element / 32 * (kBlockBytes / 2);
            const int quarter = static_cast<int>(element % 32) / kCount;
            const float scale = half_to_float(block[0]);
#pragma unroll
            for (int i = 0; i < kCount; i += 2) {
                if constexpr (kKind == kQ8_0) {
                    const unsigned pair = block[1 + quarter * 4 + i / 2];
                    y.at[i] = scale * static_cast<float>(static_cast<signed char>(pair));
                    y.at[i + 1] = scale * static_cast<float>(static_cast<signed char>(pair >> 8));
                } else {
                    // Elements 0 to 15 are the low halves, 16 to 31 the high halves of the same bytes.
                    const unsigned pair = block[(kKind == kQ4_1 ? 2 : 1) + quarter % 2 * 4 + i / 2] >> (quarter / 2 * 4);
                    const int low = pair & 15, high = pair >> 8 & 15;
                    if constexpr (kKind == kQ4_1) {
                        const float minimum = half_to_float(block[1]);
                        y.at[i] = __fadd_rn(__fmul_rn(scale, static_cast<float>(low)), minimum);
                        y.at[i + 1] = __fadd_rn(__fmul_rn(scale, static_cast<float>(high)), minimum);
                    } else {
                        y.at[i] = scale * static_cast<float>(low - 8);
                        y.at[i + 1] = scale * static_cast<float>(high - 8);
                    }
                }
            }
        }
        store_floats<kWhole, kCount>(output + row * outputStride + column, y, count);
    }
};
static_assert(sizeof(DequantiseForwardArgs) == 40);

extern "C" __global__ void __launch_bounds__(kThreads) dequantise_forward(const __grid_constant__ DequantiseForwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
