// What the matrix products share: their argument, and the end of a tile.
//
//   output[M, N] = op(a) op(b) (+ old output) (+ bias) (+ residual)
//
// A tile of sums is put into shared memory as float32 and leaves it in rows of eight columns: the sums lie over the lanes as the product
// left them, and so every access to output, bias and residual is 16 bytes wide and coalesced whatever the product was.
#pragma once
#include "types.cuh"

struct MatMulArgs {
    void* output;          // [M, N]
    const void* a;         // [M, K], or [K, M] where it is transposed
    const void* b;         // [K, N], or [N, K] where it is transposed
    const void* bias;      // [1, N]; null: none
    const void* residual;  // [M, N] of the output's type; null: none; may be the output
    int m;
    int n;
    int k;
    int outputStride;
    int aStride;
    int bStride;
    int residualStride;
    int flags;
};
static_assert(sizeof(MatMulArgs) == 72);

constexpr int kFlagAccumulate = 1;   // add to what the output holds
constexpr int kFlagOutputBf16 = 2;
constexpr int kFlagBiasBf16 = 4;
constexpr int kFlagVector = 8;       // output, bias and residual start on 16 bytes, and so do their rows
constexpr int kFlagTransposeA = 16;  // read at run time by matmul_float only
constexpr int kFlagTransposeB = 32;

// Rows of tiles that run side by side: their CTAs share the columns' operand in the second-level cache. 8 x 128 rows of K = 4,096 are 8 MiB.
constexpr int kTileGroup = 8;

// Row and column of a tile. Tiles go down a group of kTileGroup rows of tiles, then one column to the right.
__device__ __forceinline__ void tile_place(int tile, int tile_rows, int tile_columns, int& row, int& column) {
    const int per_group = kTileGroup * tile_columns;
    const int first = tile / per_group * kTileGroup;
    const int rows = min(kTileGroup, tile_rows - first);
    row = first + tile % per_group % rows;
    column = tile % per_group / rows;
}

// Where element (row, column) of a tile lies. Chunks of eight columns are permuted by the row: the eight rows that a warp writes at once
// are a multiple of all banks apart and would meet in the same ones.
template <int kTileN>
__device__ __forceinline__ int staged(int row, int column) {
    constexpr int kChunks = kTileN / 8;
    constexpr int kMask = kChunks < 8 ? kChunks - 1 : 7;
    return row * kTileN + (((column >> 3) ^ (row & kMask)) << 3) + (column & 7);
}

// Adds eight neighbours of a row; `count` of them exist where they are not accessed whole.
template <typename T>
__device__ __forceinline__ void add_8(Floats<8>& sum, const T* source, int count, bool vector) {
    const Floats<8> value = vector ? load_floats<true, 8>(source, 8) : load_floats<false, 8>(source, count);
#pragma unroll
    for (int i = 0; i < 8; i++) sum.at[i] += value.at[i];
}

// One row of eight columns (fewer at the right edge): adds in the contract's order and stores.
template <typename TOutput, bool kAddOld>
__device__ __forceinline__ void finish_8(const MatMulArgs& args, Floats<8>& sum, int row, int column) {
    const int count = min(8, args.n - column);
    const bool vector = (args.flags & kFlagVector) != 0 && count == 8;
    TOutput* destination = static_cast<TOutput*>(args.output) + static_cast<long long>(row) * args.outputStride + column;
    if (kAddOld && (args.flags & kFlagAccumulate) != 0) add_8(sum, destination, count, vector);
    if (args.bias != nullptr) {
        if ((args.flags & kFlagBiasBf16) != 0)
            add_8(sum, static_cast<const bf16*>(args.bias) + column, count, vector);
        else
            add_8(sum, static_cast<const float*>(args.bias) + column, count, vector);
    }
    if (args.residual != nullptr)
        add_8(sum, static_cast<const TOutput*>(args.residual) + static_cast<long long>(row) * args.residualStride + column, count, vector);
    if (vector)
        store_floats<true, 8>(destination, sum, 8);
    else
        store_floats<false, 8>(destination, sum, count);
}

// Writes the tile whose sums lie in shared memory by staged(). kAddOld: accumulating adds the old output here, after the sum; otherwise the
// sums have begun with it. All of the CTA's threads call it, behind a barrier.
template <int kTileM, int kTileN, int kThreads, bool kAddOld>
__device__ __forceinline__ void finish_tile(const MatMulArgs& args, const float* sums, int first_row, int first_column) {
    constexpr int kChunks = kTileN / 8;
    // Not unrolled: the loop waits for memory, and its four type branches would fill the instruction cache.
#pragma unroll 1
    for (int i = threadIdx.x; i < kTileM * kChunks; i += kThreads) {
        const int row = i / kChunks, column = i % kChunks * 8;
        if (first_row + row >= args.m || first_column + column >= args.n) continue;
        const float4* chunk = reinterpret_cast<const float4*>(sums + staged<kTileN>(row, column));
        const float4 low = chunk[0], high = chunk[1];
        Floats<8> sum = {{low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w}};
        if ((args.flags & kFlagOutputBf16) != 0)
            finish_8<bf16, kAddOld>(args, sum, first_row + row, first_column + column);
        else
            finish_8<float, kAddOld>(args, sum, first_row + row, first_column + column);
    }
}
