// output[M, N] = op(a) op(b) (+ old output) (+ bias) (+ residual), a and b bfloat16, on tensor cores (mma.sync m16n8k16, float32 sums).
//
// a [M, K], or [K, M] with SPA_TRANSPOSE_A; b [K, N], or [N, K] with SPA_TRANSPOSE_B; output float32 or bfloat16; bias [N]; residual [M, N].
// The three forms of a linear layer: forward X W^T (transpose B), input gradient dY W (neither), weight gradient dY^T X (transpose A).
//
// Every element is one chain of mma steps over k ascending in sixteens, beginning with 0; a tail of k is filled with zeros. What is added
// afterwards follows in the order above, and the result is rounded once. Neither the tile's size nor the number of rows is part of that, so
// this kernel at any tile and matmul_rows give the same bits.
//
// Bytes: a CTA reads (TileM + TileN) K elements and writes TileM TileN; per k16 step of a 128 x 128 tile shared memory moves 8 KiB in, 24 KiB
// out for 2^19 FLOPs. Dimensions: M rows, N columns, K depth.
#include "common/matmul.cuh"
#include "common/mma.cuh"

constexpr bool kTransposeA = SPA_TRANSPOSE_A;
constexpr bool kTransposeB = SPA_TRANSPOSE_B;
constexpr bool kVector = SPA_VECTOR;  // rows of a and b start on 16 bytes
constexpr int kTileM = SPA_TILE;
constexpr int kTileN = SPA_TILE;
// A row of a k-contiguous operand is 64 bytes, two sectors; deeper tiles would leave room for fewer stages.
constexpr int kTileK = 32;
// Three tiles under way cover about 1 us of latency at the rate at which a tile is used up; 64 KiB at 128 x 128, so that two CTAs fit an SM.
constexpr int kStages = 4;

constexpr int kWarpM = kTileM / 2;
constexpr int kWarpN = 32;
constexpr int kWarpsN = kTileN / kWarpN;
constexpr int kThreads = 32 * 2 * kWarpsN;
constexpr int kTilesM = kWarpM / 16;  // mma tiles of a warp
constexpr int kTilesN = kWarpN / 8;

constexpr int kBytesA = kTileM * kTileK * 2;
constexpr int kBytesB = kTileN * kTileK * 2;
constexpr int kStageBytes = kBytesA + kBytesB;

static_assert(kTileM * kTileN * 4 <= kStages * kStageBytes, "the sums are put where the stages were");

// Byte offset of a 16-byte chunk in a stored tile of kChunks chunks a row. ldmatrix reads the same chunk of eight rows: the permutation
// spreads those over all 32 banks.
template <int kChunks>
__device__ __forceinline__ int swizzled(int row, int chunk) {
    return (row * kChunks + (kChunks == 4 ? chunk ^ ((row >> 1) & 3) : chunk ^ (row & 7))) * 16;
}

// A tile of kRows x (8 kChunks) elements at (first_row, first_column) of a stored matrix [rows, columns]; zeros outside of it.
template <int kRows, int kChunks>
__device__ __forceinline__ void load_tile(char* tile, const bf16* source, int stride, int rows, int columns, int first_row, int first_column) {
#pragma unroll
    for (int i = 0; i < kRows * kChunks / kThreads; i++) {
        const int at = threadIdx.x + i * kThreads;
        const int row = at / kChunks, chunk = at % kChunks;
        const int left = first_row + row < rows ? columns - (first_column + chunk * 8) : 0;
        // A chunk outside is not read, but its address must be one of the matrix.
        const bf16* from = left > 0 ? source + static_cast<long long>(first_row + row) * stride + first_column + chunk * 8 : source;
        char* to = tile + swizzled<kChunks>(row, chunk);
        if (kVector) {
            copy_async_16(shared_address(to), from, 2 * max(0, min(8, left)));
        } else {
            unsigned pair[4];
#pragma unroll
            for (int j = 0; j < 4; j++) {
                const unsigned low = 2 * j < left ? from[2 * j] : 0, high = 2 * j + 1 < left ? from[2 * j + 1] : 0;
                pair[j] = low | high << 16;
            }
            *reinterpret_cast<uint4*>(to) = make_uint4(pair[0], pair[1], pair[2], pair[3]);
        }
    }
}

// The stage of k tile `depth`: a's tile, then b's.
__device__ __forceinline__ void load_stage(char* stage, const MatMulArgs& args, int row, int column, int depth) {
    const bf16* a = static_cast<const bf16*>(args.a);
    const bf16* b = static_cast<const bf16*>(args.b);
    if (kTransposeA)
        load_tile<kTileK, kTileM / 8>(stage, a, args.aStride, args.k, args.m, depth, row);
    else
        load_tile<kTileM, kTileK / 8>(stage, a, args.aStride, args.m, args.k, row, depth);
    if (kTransposeB)
        load_tile<kTileN, kTileK / 8>(stage + kBytesA, b, args.bStride, args.n, args.k, column, depth);
    else
        load_tile<kTileK, kTileN / 8>(stage + kBytesA, b, args.bStride, args.k, args.n, depth, column);
}

// a's 16 x 16 block at (row, k) of the tile, as mma takes it: rows 0-7, 8-15 of k 0-7, then of k 8-15.
__device__ __forceinline__ void load_a(unsigned (&fragment)[4], const char* tile, int row, int k) {
    const int lane = threadIdx.x % 32;
    if (kTransposeA)
        load_matrices_transposed(fragment, shared_address(tile + swizzled<kTileM / 8>(k + lane % 8 + lane / 16 * 8, row / 8 + lane / 8 % 2)));
    else
        load_matrices(fragment, shared_address(tile + swizzled<kTileK / 8>(row + lane % 16, k / 8 + lane / 16)));
}

// b's 16 (k) x 16 (columns) block: both halves of k for columns 0-7, then for 8-15.
__device__ __forceinline__ void load_b(unsigned (&fragment)[4], const char* tile, int column, int k) {
    const int lane = threadIdx.x % 32;
    if (kTransposeB)
        load_matrices(fragment, shared_address(tile + swizzled<kTileK / 8>(column + lane % 8 + lane / 16 * 8, k / 8 + lane / 8 % 2)));
    else
        load_matrices_transposed(fragment, shared_address(tile + swizzled<kTileN / 8>(k + lane % 16, column / 8 + lane / 16)));
}

// Two CTAs an SM: one computes while the other fills its stages or writes its tile.
extern "C" __global__ void __launch_bounds__(kThreads, kTileM == 128 ? 2 : 4) matmul(const __grid_constant__ MatMulArgs args) {
    extern __shared__ __align__(128) char shared[];
    const int warp = threadIdx.x / 32;
    const int warp_row = warp / kWarpsN * kWarpM, warp_column = warp % kWarpsN * kWarpN;
    int tile_row, tile_column;
    tile_place(blockIdx.x, (args.m + kTileM - 1) / kTileM, (args.n + kTileN - 1) / kTileN, tile_row, tile_column);
    const int row = tile_row * kTileM, column = tile_column * kTileN;
    const int steps = (args.k + kTileK - 1) / kTileK;

    float sum[kTilesM][kTilesN][4] = {};
#pragma unroll
    for (int stage = 0; stage < kStages - 1; stage++) {
        if (stage < steps) load_stage(shared + stage * kStageBytes, args, row, column, stage * kTileK);
        // Empty groups too, so that the count below stays the same at both ends.
        copy_async_commit();
    }

#pragma unroll 1
    for (int step = 0; step < steps; step++) {
        copy_async_wait<kStages - 2>();
        // Everybody's part of this stage has arrived, and everybody has left the stage that is filled next.
        __syncthreads();
        const int next = step + kStages - 1;
        if (next < steps) load_stage(shared + next % kStages * kStageBytes, args, row, column, next * kTileK);
        copy_async_commit();

        const char* a = shared + step % kStages * kStageBytes;
        const char* b = a + kBytesA;
#pragma unroll
        for (int k = 0; k < kTileK; k += 16) {
            unsigned fragment_a[kTilesM][4], fragment_b[kTilesN / 2][4];
#pragma unroll
            for (int i = 0; i < kTilesM; i++) load_a(fragment_a[i], a, warp_row + i * 16, k);
#pragma unroll
            for (int j = 0; j < kTilesN / 2; j++) load_b(fragment_b[j], b, warp_column + j * 16, k);
#pragma unroll
            for (int i = 0; i < kTilesM; i++)
#pragma unroll
                for (int j = 0; j < kTilesN; j++) mma_bf16(sum[i][j], fragment_a[i], fragment_b[j / 2][j % 2 * 2], fragment_b[j / 2][j % 2 * 2 + 1]);
        }
    }

    // No copy may arrive behind the sums, and nobody may still read a stage.
    copy_async_wait<0>();
    __syncthreads();
    float* sums = reinterpret_cast<float*>(shared);
    const int group = threadIdx.x % 32 / 4, pair = threadIdx.x % 4 * 2;
#pragma unroll
    for (int i = 0; i < kTilesM; i++)
#pragma unroll
        for (int j = 0; j < kTilesN; j++)
#pragma unroll
            for (int half = 0; half < 2; half++)
                *reinterpret_cast<float2*>(sums + staged<kTileN>(warp_row + i * 16 + half * 8 + group, warp_column + j * 8 + pair)) =
                    make_float2(sum[i][j][half * 2], sum[i][j][half * 2 + 1]);
    // A row's columns come from several warps.
    __syncthreads();
    finish_tile<kTileM, kTileN, kThreads, true>(args, sums, row, column);
}
