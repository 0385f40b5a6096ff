// output[M, N] = a[M, K] b[N, K]^T (+ old output) (+ bias) (+ residual) for M of 1 to 16, a and b bfloat16: a decode step, bound by reading b.
//
// A CTA makes all rows of SPA_TILE_N columns, so that b is read once, in pieces of 256 bytes; a comes from the second-level cache. The sixteen
// rows of an mma tile that are not there are zeros. Every element is the chain of mma steps over k ascending that matmul.cu makes too: a row
// has the same bits alone, beside fifteen others, and in a prefill of thousands. (k is not cut among CTAs for that reason; there are N / 32
// of them, and the chain of K / 16 dependent mma steps, about 35 cycles each, is shorter than reading b at 4 TB/s from N = 1,024 on.)
//
// Bytes: 2 N K of b, once. Dimensions: M rows, N columns, K depth.
#include "common/matmul.cuh"
#include "common/mma.cuh"

constexpr int kTileN = SPA_TILE_N;
constexpr int kTileM = 16;
constexpr int kTileK = 128;
// Four tiles of 32 columns under way are 32 KiB of b an SM: more than the 29 KiB that 4.8 TB/s take at 800 ns. With a's 60 KiB in all, which
// the smallest SMs (99 KiB) hold once and the others two to three times.
constexpr int kStages = 5;
constexpr int kThreads = kTileN / 8 * 32;  // a warp for every eight columns
constexpr int kChunks = kTileK / 8;
constexpr int kBytesA = kTileM * kTileK * 2;
constexpr int kStageBytes = kBytesA + kTileN * kTileK * 2;

static_assert(kTileM * kTileN * 4 <= kStageBytes, "the sums are put where the stages were");

// Byte offset of a 16-byte chunk: the eight rows that ldmatrix reads at once lie in different banks.
__device__ __forceinline__ int swizzled(int row, int chunk) {
    return (row * kChunks + (chunk ^ (row & 7))) * 16;
}

// kRows rows of kTileK elements from (first_row, depth) of a stored matrix [rows, columns]; zeros outside of it.
template <int kRows>
__device__ __forceinline__ void load_rows(char* tile, const bf16* source, int stride, int rows, int columns, int first_row, int depth) {
#pragma unroll
    for (int i = 0; i < kRows * kChunks / kThreads; i++) {
        const int at = threadIdx.x + i * kThreads;
        const int row = at / kChunks, chunk = at % kChunks;
        const int left = first_row + row < rows ? columns - (depth + chunk * 8) : 0;
        // A chunk outside is not read, but its address must be one of the matrix.
        const bf16* from = left > 0 ? source + static_cast<long long>(first_row + row) * stride + depth + chunk * 8 : source;
        copy_async_16(shared_address(tile + swizzled(row, chunk)), from, 2 * max(0, min(8, left)));
    }
}

__device__ __forceinline__ void load_stage(char* stage, const MatMulArgs& args, int column, int depth) {
    load_rows<kTileN>(stage + kBytesA, static_cast<const bf16*>(args.b), args.bStride, args.n, args.k, column, depth);
    load_rows<kTileM>(stage, static_cast<const bf16*>(args.a), args.aStride, args.m, args.k, 0, depth);
}

extern "C" __global__ void __launch_bounds__(kThreads) matmul_rows(const __grid_constant__ MatMulArgs args) {
    extern __shared__ __align__(128) char shared[];
    const int lane = threadIdx.x % 32, warp_column = threadIdx.x / 32 * 8;
    const int column = blockIdx.x * kTileN;
    const int steps = (args.k + kTileK - 1) / kTileK;

    float sum[4] = {};
#pragma unroll
    for (int stage = 0; stage < kStages - 1; stage++) {
        if (stage < steps) load_stage(shared + stage * kStageBytes, args, column, stage * kTileK);
        // Empty groups too, so that the count below stays the same at both ends.
        copy_async_commit();
    }

#pragma unroll 1
    for (int step = 0; step < steps; step++) {
        copy_async_wait<kStages - 2>();
        // Everybody's part of this stage has arrived, and everybody has left the stage that is filled next.
        __syncthreads();
        const int next = step + kStages - 1;
        if (next < steps) load_stage(shared + next % kStages * kStageBytes, args, column, next * kTileK);
        copy_async_commit();

        const char* a = shared + step % kStages * kStageBytes;
        const char* b = a + kBytesA;
#pragma unroll
        for (int k = 0; k < kTileK; k += 32) {
            // The warp's eight columns at k 0-7, 8-15, 16-23, 24-31: b of two mma steps.
            unsigned fragment_a[2][4], fragment_b[4];
            load_matrices(fragment_b, shared_address(b + swizzled(warp_column + lane % 8, k / 8 + lane / 8)));
#pragma unroll
            for (int half = 0; half < 2; half++) {
                load_matrices(fragment_a[half], shared_address(a + swizzled(lane % 16, k / 8 + half * 2 + lane / 16)));
                mma_bf16(sum, fragment_a[half], fragment_b[half * 2], fragment_b[half * 2 + 1]);
            }
        }
    }

    // No copy may arrive behind the sums, and nobody may still read a stage.
    copy_async_wait<0>();
    __syncthreads();
    float* sums = reinterpret_cast<float*>(shared);
    const int group = lane / 4, pair = lane % 4 * 2;
    *reinterpret_cast<float2*>(sums + staged<kTileN>(group, warp_column + pair)) = make_float2(sum[0], sum[1]);
    *reinterpret_cast<float2*>(sums + staged<kTileN>(group + 8, warp_column + pair)) = make_float2(sum[2], sum[3]);
    // A row's columns come from several warps.
    __syncthreads();
    finish_tile<kTileM, kTileN, kThreads, true>(args, sums, 0, column);
}
