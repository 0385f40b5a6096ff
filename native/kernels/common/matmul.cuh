// What the matrix products share: their argument, and the end of a tile.
//
//   output[M, N] = op(a) op(b) (+ old output) (+ bias) (+ residual)
//
// A tile of sums is put into shared memory as float32 and leaves it in pieces of rows, 16 bytes of the output each: the sums lie over the lanes
// as the product left them, and so every access to output, bias and residual is wide and coalesced whatever the product was.
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

// A thread's piece of a row, 16 bytes of the output; `count` columns of it exist where it is not accessed whole.
template <int kColumns>
struct OutputPiece {
    int count;
    bool vector;

    template <typename T>
    __device__ __forceinline__ Floats<kColumns> load(const T* from) const {
        return vector ? load_floats<true, kColumns>(from, kColumns) : load_floats<false, kColumns>(from, count);
    }

    template <typename T>
    __device__ __forceinline__ void store(T* to, const Floats<kColumns>& values) const {
        if (vector)
            store_floats<true, kColumns>(to, values, kColumns);
        else
            store_floats<false, kColumns>(to, values, count);
    }
};

template <int kColumns>
__device__ __forceinline__ void add(Floats<kColumns>& sum, const Floats<kColumns>& value) {
#pragma unroll
    for (int i = 0; i < kColumns; i++) sum.at[i] += value.at[i];
}

// finish_tile for one type of output. A thread keeps its columns and goes down the rows; neighbouring lanes have neighbouring pieces, so that
// every access fills the sectors it touches.
template <typename TOutput, int kTileM, int kTileN, int kThreads, bool kAddOld>
__device__ __forceinline__ void finish_tile_as(const MatMulArgs& args, const float* sums, int first_row, int first_column) {
    constexpr int kColumns = 16 / sizeof(TOutput), kPieces = kTileN / kColumns, kRowsApart = kThreads / kPieces;
    static_assert(kThreads % kPieces == 0);
    const int tile_column = threadIdx.x % kPieces * kColumns, column = first_column + tile_column;
    const int begin = threadIdx.x / kPieces, end = min(kTileM, args.m - first_row);
    if (column >= args.n || begin >= end) return;
    const int count = min(kColumns, args.n - column);
    const OutputPiece<kColumns> piece = {count, (args.flags & kFlagVector) != 0 && count == kColumns};
    Floats<kColumns> bias = {};
    if (args.bias != nullptr) {
        if ((args.flags & kFlagBiasBf16) != 0)
            bias = piece.load(static_cast<const bf16*>(args.bias) + column);
        else
            bias = piece.load(static_cast<const float*>(args.bias) + column);
    }
    TOutput* output = static_cast<TOutput*>(args.output) + column;
    const TOutput* residual = static_cast<const TOutput*>(args.residual) + column;
    // Not unrolled: the loop waits for memory, and its branches would fill the instruction cache.
#pragma unroll 1
    for (int row = begin; row < end; row += kRowsApart) {
        const float4* source = reinterpret_cast<const float4*>(sums + staged<kTileN>(row, tile_column));
        Floats<kColumns> sum;
#pragma unroll
        for (int i = 0; i < kColumns; i += 4) {
            const float4 four = source[i / 4];
            sum.at[i] = four.x, sum.at[i + 1] = four.y, sum.at[i + 2] = four.z, sum.at[i + 3] = four.w;
        }
        TOutput* destination = output + static_cast<long long>(first_row + row) * args.outputStride;
        if (kAddOld && (args.flags & kFlagAccumulate) != 0) add(sum, piece.load(destination));
        // Not a sum with 0 where there is none: it would turn -0 into 0.
        if (args.bias != nullptr) add(sum, bias);
        if (args.residual != nullptr) add(sum, piece.load(residual + static_cast<long long>(first_row + row) * args.residualStride));
        piece.store(destination, sum);
    }
}

// Writes the tile whose sums lie in shared memory by staged(). kAddOld: accumulating adds the old output here, after the sum; otherwise the
// sums have begun with it. All of the CTA's threads call it, behind a barrier.
template <int kTileM, int kTileN, int kThreads, bool kAddOld>
__device__ __forceinline__ void finish_tile(const MatMulArgs& args, const float* sums, int first_row, int first_column) {
    if ((args.flags & kFlagOutputBf16) != 0)
        finish_tile_as<bf16, kTileM, kTileN, kThreads, kAddOld>(args, sums, first_row, first_column);
    else
        finish_tile_as<float, kTileM, kTileN, kThreads, kAddOld>(args, sums, first_row, first_column);
}
