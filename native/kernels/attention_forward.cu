// Causal softmax attention of packed rows, bfloat16 on tensor cores: the keys of a segment and its prefix, or of a sequence in the paged cache.
//
//   s = scale q.k (soft-capped), over the keys that the row sees; output = sum e^(s - lse) v, lse = ln sum e^s
//   per block of 64 keys from logical position 0: m' = max(m, max s), p = 2^((s - m') c), l = l 2^((m - m') c) + sum p, acc = acc 2^((m - m') c) + p v
//   with c = log2(e) scale folded into one multiply-add. Chunks of 1,024 keys start afresh and are merged in order.
//
// q, output [T, H * D], k, v [T, Hkv * D] (row strides), or cache pages [Hkv][64][D]; lse [T, H] float32 is saved for backward.
// One CTA per item and key/value head: kWarps warps with 16 kTiles packed rows each. Moves q and output once, and k and v once per tile of rows.
// A row's bits depend on its own keys alone: other rows of the tile, padding, and blocks it does not see add exact zeros.
// (Not so for NaN and infinity in a value that only other rows of the tile see: 0 times them is NaN.)
#include "common/attention.cuh"

constexpr int kHeadDim = SPA_HEAD_DIM;
constexpr bool kPaged = SPA_PAGED;
constexpr int kWarps = SPA_WARPS;
// 32 rows a warp halve the shared-memory reads per product, which bound 16. At 256 the accumulators leave no room for it, nor do page addresses at 128.
constexpr int kTiles = !kPaged && kHeadDim <= 128 ? 2 : 1;
constexpr int kRows = 16 * kTiles * kWarps;
constexpr int kThreads = 32 * kWarps;
constexpr int kNTiles = kHeadDim / 8;
// Per thread: accumulators, maxima and sums of the chunks before.
constexpr int kKept = kTiles * (4 * kNTiles + 4);

struct AttentionForwardArgs {
    const bf16* q;       // [R, H * D]
    const bf16* k;       // [T, Hkv * D], or the pages of a layer
    const bf16* v;
    bf16* output;        // [R, H * D]
    float* lse;                    // [R, H]; null: not wanted
    const AttentionItem* items;
    const int* count;              // items; on the device so that a captured launch serves every batch
    const int* pages;              // page table; paged only
    const int* positions;          // [R]; paged only
    float* partial;                // [slots, Hkv, 16, kHeadDim] and behind it [slots, Hkv, 16, 2]: unnormalised sums, then maximum and sum
    float* partialStatistics;
    float* chunks;                 // [gridDim.x, kKept, kThreads]; null: no row sees more than one chunk
    int qStride;
    int kStride;
    int vStride;
    int outputStride;
    int lseStride;
    int kvHeads;
    int group;
    int headDim;
    int window;
    float scale;
    float softCap;
    int isVector;                  // 16-byte copies: bit 0 of q, bit 1 of k and v; bit 2: output rows allow 4-byte stores
};
static_assert(sizeof(AttentionForwardArgs) == 144);

// The four lanes of a row have a part of its sum each; afterwards all have the whole.
__device__ __forceinline__ void gather_totals(float (&total)[kTiles][2]) {
#pragma unroll
    for (int i = 0; i < 2 * kTiles; i++) {
        float& all = total[i / 2][i % 2];
        all += __shfl_xor_sync(0xFFFFFFFF, all, 1);
        all += __shfl_xor_sync(0xFFFFFFFF, all, 2);
    }
}

// Keeps the softmax so far for the chunk that follows, or merges what was kept. Each thread reads what it wrote itself.
__device__ __forceinline__ void keep(float* kept, const float (&sum)[kTiles][kNTiles][4], const float (&largest)[kTiles][2], const float (&total)[kTiles][2]) {
#pragma unroll
    for (int t = 0; t < kTiles; t++) {
#pragma unroll
        for (int h = 0; h < 2; h++) {
            kept[(4 * t + h) * kThreads] = largest[t][h];
            kept[(4 * t + 2 + h) * kThreads] = total[t][h];
        }
#pragma unroll
        for (int i = 0; i < 4 * kNTiles; i++) kept[(4 * kTiles + t * 4 * kNTiles + i) * kThreads] = sum[t][i / 4][i % 4];
    }
}

__device__ __forceinline__ void merge(const float* kept, float factor, float (&sum)[kTiles][kNTiles][4], float (&largest)[kTiles][2], float (&total)[kTiles][2]) {
#pragma unroll
    for (int t = 0; t < kTiles; t++) {
        float before[2], now[2];
#pragma unroll
        for (int h = 0; h < 2; h++) {
            largest[t][h] = merge_weights(kept[(4 * t + h) * kThreads], largest[t][h], factor, before[h], now[h]);
            total[t][h] = fmaf(kept[(4 * t + 2 + h) * kThreads], before[h], total[t][h] * now[h]);
        }
#pragma unroll
        for (int i = 0; i < 4 * kNTiles; i++)
            sum[t][i / 4][i % 4] = fmaf(kept[(4 * kTiles + t * 4 * kNTiles + i) * kThreads], before[i % 4 / 2], sum[t][i / 4][i % 4] * now[i % 4 / 2]);
    }
}

// One block's scores become probabilities in place; the running maximum, sum and accumulators follow.
__device__ __forceinline__ void softmax(float (&s)[kTiles][kBlockKeys / 8][4], const int* positions, int firstKey, bool isMasked, int window, float cap, float scale,
    float factor, float (&sum)[kTiles][kNTiles][4], float (&largest)[kTiles][2], float (&total)[kTiles][2]) {
    const int pair = firstKey + 2 * (threadIdx.x & 3);
#pragma unroll
    for (int t = 0; t < kTiles; t++) {
#pragma unroll
        for (int h = 0; h < 2; h++) {
            float old = largest[t][h], most = old;
            if (cap > 0) {
#pragma unroll
                for (int i = 0; i < kBlockKeys / 4; i++) s[t][i / 2][2 * h + i % 2] = soft_cap(s[t][i / 2][2 * h + i % 2] * scale, cap);
            }
            if (isMasked) {
                const int last = positions[16 * t + 8 * h], behind = window > 0 ? last - window : -1;
#pragma unroll
                for (int i = 0; i < kBlockKeys / 4; i++) {
                    const int key = pair + i / 2 * 8 + i % 2;
                    if (key > last || key <= behind) s[t][i / 2][2 * h + i % 2] = kNone;
                }
            }
#pragma unroll
            for (int i = 0; i < kBlockKeys / 4; i++) most = fmaxf(most, s[t][i / 2][2 * h + i % 2]);
            // The four lanes of a row.
            most = fmaxf(most, __shfl_xor_sync(0xFFFFFFFF, most, 1));
            most = fmaxf(most, __shfl_xor_sync(0xFFFFFFFF, most, 2));
            // A row that has seen no key yet has nothing to subtract: -inf minus -inf is NaN. decay is exactly 1 where the maximum stands, so a block
            // that a row does not see changes no bit of it.
            const float safe = most == kNone ? 0.0f : most, base = safe * factor, decay = exp2_approx((old - safe) * factor);
            float block = 0;
#pragma unroll
            for (int i = 0; i < kBlockKeys / 4; i++) {
                float& x = s[t][i / 2][2 * h + i % 2];
                x = exp2_approx(fmaf(x, factor, -base));
                block += x;
            }
            largest[t][h] = most;
            total[t][h] = fmaf(total[t][h], decay, block);
#pragma unroll
            for (int n = 0; n < kNTiles; n++) {
                sum[t][n][2 * h] *= decay;
                sum[t][n][2 * h + 1] *= decay;
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(kThreads) attention_forward(const __grid_constant__ AttentionForwardArgs args) {
    extern __shared__ __align__(128) bf16 shared[];
    bf16 *tileQ = shared, *tileK = tileQ + kRows * kHeadDim, *tileV = tileK + kBlockKeys * kHeadDim;
    // Only masked blocks need the rows' positions, and registers are short.
    int* positions = reinterpret_cast<int*>(tileV + kBlockKeys * kHeadDim);
    const int lane = threadIdx.x & 31, warpRow = threadIdx.x / 32 * 16 * kTiles;
    const float factor = args.softCap > 0 ? kLog2e : args.scale * kLog2e;
    const auto kept = [&] { return args.chunks + (static_cast<long long>(blockIdx.x) * kKept * kThreads + threadIdx.x); };
    const int work = *args.count * args.kvHeads;
    for (int index = blockIdx.x; index < work; index += gridDim.x) {
        // A reference: its fields are read where they are used, instead of held in registers all the way.
        const AttentionItem& item = args.items[index / args.kvHeads];
        const int kvHead = index % args.kvHeads, group = args.group;
        const auto positionOf = [&](int packed) { return kPaged ? args.positions[item.row + packed / group] : item.prefix + packed / group; };
        const auto loadKeys = [&](bf16* tile, const bf16* source, int stride, int block) {
            const long long page = kPaged ? (static_cast<long long>(args.pages[item.source + block]) * args.kvHeads + kvHead) * kBlockKeys * args.headDim : 0;
            copy_tile<kBlockKeys, kHeadDim, kThreads>(tile, source, args.headDim, args.isVector & 2, [&](int row) -> long long {
                const int key = block * kBlockKeys + row;
                if (key >= item.keys) return -1;
                return kPaged ? page + row * args.headDim : static_cast<long long>(key_row(item, key)) * stride + kvHead * args.headDim;
            });
            copy_async_commit();
        };

        // The tiles of the item before may still be read by slower warps.
        __syncthreads();
        copy_tile<kRows, kHeadDim, kThreads>(tileQ, args.q, args.headDim, args.isVector & 1, [&](int row) -> long long {
            return row < item.count ? packed_offset(item.row, item.first + row, group, kvHead, args.headDim, args.qStride) : -1;
        });
        for (int row = threadIdx.x; row < kRows; row += kThreads) positions[row] = item.keys > 0 && row < item.count ? positionOf(item.first + row) : -1;
        int block = item.blockBegin;
        if (args.window > 0 && item.keys > 0) block = max(block, (positionOf(item.first) - args.window + 1) / kBlockKeys);
        const int firstChunk = block / kChunkBlocks;

        float sum[kTiles][kNTiles][4] = {}, largest[kTiles][2], total[kTiles][2] = {};
#pragma unroll
        for (int i = 0; i < 2 * kTiles; i++) largest[i / 2][i % 2] = kNone;
        if (block < item.blockEnd) loadKeys(tileK, args.k, args.kStride, block);
        for (; block < item.blockEnd; block++) {
            // A chunk ends: its softmax is put aside, or merged with those before.
            if (block % kChunkBlocks == 0 && block / kChunkBlocks > firstChunk) {
                gather_totals(total);
                if (block / kChunkBlocks > firstChunk + 1) merge(kept(), factor, sum, largest, total);
                keep(kept(), sum, largest, total);
#pragma unroll
                for (int t = 0; t < kTiles; t++) {
                    largest[t][0] = largest[t][1] = kNone;
                    total[t][0] = total[t][1] = 0;
#pragma unroll
                    for (int n = 0; n < kNTiles; n++) sum[t][n][0] = sum[t][n][1] = sum[t][n][2] = sum[t][n][3] = 0;
                }
            }

            // Scores. The barrier shows everybody's copies of keys and queries, and that all are through with the values before.
            copy_async_wait<0>();
            __syncthreads();
            loadKeys(tileV, args.v, args.vStride, block);
            float s[kTiles][kBlockKeys / 8][4] = {};
            multiply_rows<kTiles, kBlockKeys, kHeadDim>(s, tileQ, warpRow, tileK);

            // Only blocks at an edge of what some row sees are masked.
            const int firstKey = block * kBlockKeys;
            const bool isMasked = firstKey + kBlockKeys - 1 > positions[0] || (args.window > 0 && firstKey <= item.keys - 1 - args.window);
            softmax(s, positions + warpRow + lane / 4, firstKey, isMasked, args.window, args.softCap, args.scale, factor, sum, largest, total);
            unsigned weights[kTiles][kBlockKeys / 16][4];
            pack_rows<kTiles, kBlockKeys>(weights, s);

            // Weighted values. The barrier shows the values, and that all are through with the keys.
            copy_async_wait<0>();
            __syncthreads();
            if (block + 1 < item.blockEnd) loadKeys(tileK, args.k, args.kStride, block + 1);
            multiply_columns<kTiles, kBlockKeys, kHeadDim, kHeadDim>(sum, weights, tileV, 0);
        }
        // An item without blocks still has its queries under way, into a tile that the next item writes.
        copy_async_wait<0>();
        gather_totals(total);
        if (item.blockEnd > 0 && (item.blockEnd - 1) / kChunkBlocks > firstChunk) merge(kept(), factor, sum, largest, total);

#pragma unroll
        for (int t = 0; t < kTiles; t++) {
#pragma unroll
            for (int h = 0; h < 2; h++) {
                const float all = total[t][h];
                const int row = warpRow + 16 * t + 8 * h + lane / 4, packed = item.first + row;
                if (row >= item.count) continue;
                if (kPaged && item.prefix >= 0) {
                    const long long slot = (static_cast<long long>(item.prefix) * args.kvHeads + kvHead) * 16 + row;
                    float2* destination = reinterpret_cast<float2*>(args.partial + slot * kHeadDim) + (lane & 3);
#pragma unroll
                    for (int n = 0; n < kNTiles; n++) destination[4 * n] = make_float2(sum[t][n][2 * h], sum[t][n][2 * h + 1]);
                    if ((lane & 3) == 0) *reinterpret_cast<float2*>(args.partialStatistics + slot * 2) = make_float2(largest[t][h], all);
                    continue;
                }
                bf16* destination = args.output + packed_offset(item.row, packed, group, kvHead, args.headDim, args.outputStride);
#pragma unroll
                for (int n = 0; n < kNTiles; n++) {
                    // A row of no segment has no sum: zeros instead of 0 / 0.
                    const float first = all == 0 ? 0.0f : sum[t][n][2 * h] / all, second = all == 0 ? 0.0f : sum[t][n][2 * h + 1] / all;
                    store_pair(destination, 8 * n + 2 * (lane & 3), args.headDim, args.isVector & 4, first, second);
                }
                if (args.lse != nullptr && (lane & 3) == 0) {
                    const int query = packed / group;
                    args.lse[static_cast<long long>(item.row + query) * args.lseStride + kvHead * group + packed - query * group] = kLn2 * fmaf(largest[t][h], factor, log2f(all));
                }
            }
        }
    }
}
