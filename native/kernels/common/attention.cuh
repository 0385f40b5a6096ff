// What all attention kernels share: the work list, where keys lie, the tiles in shared memory and the two products on them.
// T tokens, R rows of a step, H query heads, Hkv key/value heads, D head size, group = H / Hkv.
//
// The query heads of one key/value head go together: packed row i of a segment is query i / group, head i % group of the group, so that a block of
// keys is read once for all of them, and a lone decoded token still fills group rows of a tensor-core tile.
#pragma once
#include "types.cuh"
#include "mma.cuh"

constexpr int kBlockKeys = 64;      // keys of a page, and of a step of the running softmax: counted from logical position 0
constexpr int kChunkBlocks = 16;    // blocks of a chunk: chunks have a softmax of their own and are merged in order (see merge_weights)
constexpr float kLog2e = 1.4426950408889634f;
constexpr float kLn2 = 0.6931471805599453f;
constexpr float kNone = __builtin_bit_cast(float, 0xFF800000u);  // -inf: the maximum of no scores

// Up to a tile of packed rows of one segment (or of one sequence of a generation step), longest first in the list.
struct alignas(16) AttentionItem {
    int row;         // first token row of the segment, or of the sequence's rows in this step
    int first;       // first packed row
    int count;       // packed rows; the rest of the tile is padding
    int keys;        // logical key positions that the last row sees; 0: rows of no segment, which get zeros
    int source;      // first row of the prefix; paged: where the sequence's pages begin in the page table
    int prefix;      // rows of the prefix; paged: slot of the partial result, or -1 when this item does all chunks itself
    int blockBegin;  // blocks [blockBegin, blockEnd)
    int blockEnd;
};

// A segment as the host has it: queries are rows [start, start + count), behind the keys of a prefix.
struct alignas(16) AttentionSegment {
    int start, count, prefixStart, prefixCount;
};

// Rows [start, start + count) that the same segments see, or own: viewers[firstViewer ...], in batch order.
struct alignas(16) AttentionKeyTile {
    int start, count, firstViewer, viewerCount;
};

// Element offset of packed row i: query and head.
__device__ __forceinline__ long long packed_offset(int row, int i, int group, int kvHead, int headDim, int stride) {
    const int query = i / group;
    return static_cast<long long>(row + query) * stride + (kvHead * group + i - query * group) * headDim;
}

// Token row of a logical key position: the prefix first, then the segment's own rows.
__device__ __forceinline__ int key_row(const AttentionItem& item, int position) {
    return position < item.prefix ? item.source + position : item.row + position - item.prefix;
}

// 2^x, 0 for x = -inf, good to two units in the last place; subnormal results become 0.
__device__ __forceinline__ float exp2_approx(float x) {
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
}

// cap tanh(x / cap) by exponentials: the hardware's tanh is good to 2^-11 only, which a cap of 50 makes 0.02 in a logarithm.
__device__ __forceinline__ float soft_cap(float x, float cap) {
    return cap * (1.0f - __fdividef(2.0f, 1.0f + exp2_approx(2.0f * kLog2e / cap * x)));
}

// Joins two softmaxes of a row over different keys, the earlier keys first: with m = max(m1, m2), sums are s1 w1 + s2 w2. A side that saw nothing
// (m = -inf) leaves the other's bits as they are, so a row's result does not depend on which chunks its tile visits.
__device__ __forceinline__ float merge_weights(float m1, float m2, float factor, float& w1, float& w2) {
    const float m = fmaxf(m1, m2), safe = m == kNone ? 0.0f : m;
    w1 = exp2f((m1 - safe) * factor);
    w2 = exp2f((m2 - safe) * factor);
    return m;
}

// Where 16-byte chunk `chunk` of a row lies in a tile of bfloat16 rows of kColumns elements. Eight rows at the same chunk, as ldmatrix reads them,
// fall into different banks: rows of 128 bytes need all three low bits of the row; rows of 64 or 192 bytes alternate between the halves by themselves.
template <int kColumns>
__device__ __forceinline__ int tile_offset(int row, int chunk) {
    return row * kColumns + ((chunk ^ (kColumns % 64 == 0 ? row & 7 : row >> 1 & 3)) << 3);
}

// Shared address of chunk `chunk` (0 or 1) of a row, from which tile_step goes an even number of chunks on: one XOR instead of an address per step.
template <int kColumns>
__device__ __forceinline__ unsigned tile_address(const bf16* tile, int row, int chunk) {
    return shared_address(tile + tile_offset<kColumns>(row, chunk));
}

template <int kColumns>
__device__ __forceinline__ unsigned tile_step(unsigned address, int chunks) {
    constexpr int kSwizzled = kColumns % 64 == 0 ? 7 : 3;
    return (address ^ ((chunks & kSwizzled) << 4)) + ((chunks & ~kSwizzled) << 4);
}

// Starts copying one 16-byte chunk of a row into a tile. offset < 0: no such row, zeros. Columns from headDim on are zeros. isVector: rows begin at
// multiples of 16 bytes and headDim is a multiple of 8; otherwise element by element, complete at the next barrier as well.
template <int kColumns>
__device__ __forceinline__ void copy_chunk(bf16* tile, int row, int chunk, const bf16* source, long long offset, int headDim, bool isVector) {
    bf16* destination = tile + tile_offset<kColumns>(row, chunk);
    const int column = chunk * 8;
    const bool isThere = offset >= 0 && column < headDim;
    if (isVector) {
        // The source must be a valid address even where nothing is read.
        copy_async_16(shared_address(destination), isThere ? source + offset + column : source, isThere ? 16 : 0);
        return;
    }
    for (int i = 0; i < 8; i++) destination[i] = isThere && column + i < headDim ? source[offset + column + i] : static_cast<bf16>(0);
}

// Loads a tile of kRows rows, neighbouring threads on neighbouring chunks; offsetOf(row) gives element offsets, or -1.
template <int kRows, int kColumns, int kThreads, typename TOffset>
__device__ __forceinline__ void copy_tile(bf16* tile, const bf16* source, int headDim, bool isVector, TOffset offsetOf) {
    constexpr int kChunks = kColumns / 8;
    // Addresses take two registers each, and the kernels have few to spare beside their accumulators.
#pragma unroll 2
    for (int i = threadIdx.x; i < kRows * kChunks; i += kThreads) copy_chunk<kColumns>(tile, i / kChunks, i % kChunks, source, offsetOf(i / kChunks), headDim, isVector);
}

// s[i, j] += a[row + i] . b[j]: 16 kTiles rows of tile a with kCount rows of tile b, over kColumns.
template <int kTiles, int kCount, int kColumns>
__device__ __forceinline__ void multiply_rows(float (&s)[kTiles][kCount / 8][4], const bf16* a, int row, const bf16* b) {
    const int lane = fresh_lane();
    const unsigned rows = tile_address<kColumns>(a, row + (lane & 15), lane >> 4);
    const unsigned columns = tile_address<kColumns>(b, (lane & 7) + (lane >> 4 << 3), lane >> 3 & 1);
    // All steps at once up to 128; beyond, the compiler would read ahead into more registers than there are.
    constexpr int kAhead = kColumns <= 128 ? kColumns / 16 : 4;
#pragma unroll kAhead
    for (int k = 0; k < kColumns / 16; k++) {
        unsigned left[kTiles][4];
#pragma unroll
        for (int t = 0; t < kTiles; t++) load_matrices(left[t], tile_step<kColumns>(rows, 2 * k) + 32 * t * kColumns);
#pragma unroll
        for (int n = 0; n < kCount / 16; n++) {
            unsigned right[4];
            load_matrices(right, tile_step<kColumns>(columns, 2 * k) + 32 * n * kColumns);
#pragma unroll
            for (int t = 0; t < kTiles; t++) {
                mma_bf16(s[t][2 * n], left[t], right[0], right[1]);
                mma_bf16(s[t][2 * n + 1], left[t], right[2], right[3]);
            }
        }
    }
}

// p as multiply_rows leaves it, rounded to bfloat16 and ready to be a left factor: half the registers.
template <int kTiles, int kCount>
__device__ __forceinline__ void pack_rows(unsigned (&packed)[kTiles][kCount / 16][4], const float (&p)[kTiles][kCount / 8][4]) {
#pragma unroll
    for (int i = 0; i < kTiles * kCount / 4; i++) {
        const int t = i / (kCount / 4), k = i / 4 % (kCount / 16), part = i % 4;
        packed[t][k][part] = pack_bf16(p[t][2 * k + part / 2][part % 2 * 2], p[t][2 * k + part / 2][part % 2 * 2 + 1]);
    }
}

// sum[i, c] += p[i, j] b[j, column + c]: kCount rows of tile b.
template <int kTiles, int kCount, int kOut, int kColumns>
__device__ __forceinline__ void multiply_columns(float (&sum)[kTiles][kOut / 8][4], const unsigned (&p)[kTiles][kCount / 16][4], const bf16* b, int column) {
    const int lane = fresh_lane();
    const unsigned rows = tile_address<kColumns>(b, lane & 15, lane >> 4);
#pragma unroll
    for (int k = 0; k < kCount / 16; k++) {
#pragma unroll
        for (int n = 0; n < kOut / 16; n++) {
            unsigned right[4];
            load_matrices_transposed(right, tile_step<kColumns>(rows, column / 8 + 2 * n) + 32 * k * kColumns);
#pragma unroll
            for (int t = 0; t < kTiles; t++) {
                mma_bf16(sum[t][2 * n], p[t][k], right[0], right[1]);
                mma_bf16(sum[t][2 * n + 1], p[t][k], right[2], right[3]);
            }
        }
    }
}

// Two neighbouring elements of a row, of which D may leave out one or both.
__device__ __forceinline__ void store_pair(bf16* row, int column, int headDim, bool isPaired, float first, float second) {
    if (isPaired && column + 1 < headDim) {
        *reinterpret_cast<unsigned*>(row + column) = pack_bf16(first, second);
        return;
    }
    if (column < headDim) row[column] = to_bf16(first);
    if (column + 1 < headDim) row[column + 1] = to_bf16(second);
}
