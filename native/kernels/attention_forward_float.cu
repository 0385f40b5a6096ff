// Causal softmax attention of packed rows in float32 arithmetic: the counterpart of attention_forward.cu for models and caches in float32, for parity
// and where bfloat16 rounding is unwanted; plain multiply-adds, no tensor cores.
//
//   s = scale q.k (a chain over d; soft-capped); per block of 64 keys from logical position 0: m' = max(m, max s), p = e^(s - m'),
//   l = l e^(m - m') + sum p, acc = acc e^(m - m') + p v (a chain over the keys); output = acc / l, lse = m + ln l
//
// q, output [T, H * D], k, v [T, Hkv * D] (row strides), or cache pages [Hkv][64][D]; lse [T, H] float32 is saved for backward.
// One CTA per item of 16 packed rows and key/value head: four warps of four rows. A lane has two keys in the first product and kHeadDim / 32 columns in
// the second. Keys that a row does not see take no part in it, not even a NaN. Chunks of 1,024 keys start afresh and are merged in order.
#include "common/attention.cuh"

constexpr int kHeadDim = SPA_HEAD_DIM;
constexpr bool kPaged = SPA_PAGED;
using Activation = Element<SPA_ACTIVATION_BF16>;
using Cached = Element<SPA_CACHE_BF16>;
constexpr int kThreads = 128;
constexpr int kRows = 16;
constexpr int kWarpRows = 4;
constexpr int kParts = kHeadDim / 32;
// One element more than a row, so that lanes that read a column fall into different banks.
constexpr int kPitch = kHeadDim + 1;
constexpr int kKept = kWarpRows * (kParts + 2);

struct AttentionForwardFloatArgs {
    const Activation* q;          // [R, H * D]
    const Cached* k;             // [T, Hkv * D], or the pages of a layer
    const Cached* v;
    Activation* output;           // [R, H * D]
    float* lse;                   // [R, H]; null: not wanted
    const AttentionItem* items;
    const int* count;
    const int* pages;             // page table; paged only
    const int* positions;         // [R]; paged only
    float* chunks;                // [gridDim.x, kKept, kThreads]; null: no row sees more than one chunk
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
    int unused;
};
static_assert(sizeof(AttentionForwardFloatArgs) == 128);

extern "C" __global__ void __launch_bounds__(kThreads, kHeadDim <= 128 ? 4 : 2) attention_forward_float(const __grid_constant__ AttentionForwardFloatArgs args) {
    extern __shared__ __align__(128) float memory[];
    float *tileQ = memory, *weights = tileQ + kRows * kHeadDim, *tile = weights + kRows * kBlockKeys;
    const int lane = threadIdx.x & 31, warpRow = threadIdx.x / 32 * kWarpRows, group = args.group;
    float* kept = args.chunks + (static_cast<long long>(blockIdx.x) * kKept * kThreads + threadIdx.x);
    const int work = *args.count * args.kvHeads;
    for (int index = blockIdx.x; index < work; index += gridDim.x) {
        const AttentionItem item = args.items[index / args.kvHeads];
        const int kvHead = index % args.kvHeads;
        const auto positionOf = [&](int packed) { return kPaged ? args.positions[item.row + packed / group] : item.prefix + packed / group; };
        const auto loadKeys = [&](const Cached* source, int stride, int block) {
            const long long page = kPaged ? (static_cast<long long>(args.pages[item.source + block]) * args.kvHeads + kvHead) * kBlockKeys * args.headDim : 0;
            for (int i = threadIdx.x; i < kBlockKeys * kHeadDim; i += kThreads) {
                const int row = i / kHeadDim, d = i % kHeadDim, key = block * kBlockKeys + row;
                if (d >= args.headDim) continue;
                // Lanes multiply keys behind the last one too, and leave the products unused.
                float value = 0;
                if (key < item.keys) {
                    const long long at = kPaged ? page + row * args.headDim : static_cast<long long>(key_row(item, key)) * stride + kvHead * args.headDim;
                    value = to_float(source[at + d]);
                }
                tile[row * kPitch + d] = value;
            }
        };

        // The tiles of the item before may still be read by slower warps.
        __syncthreads();
        for (int i = threadIdx.x; i < kRows * kHeadDim; i += kThreads) {
            const int row = i / kHeadDim, d = i % kHeadDim;
            const bool isThere = row < item.count && d < args.headDim;
            tileQ[i] = isThere ? to_float(args.q[packed_offset(item.row, item.first + row, group, kvHead, args.headDim, args.qStride) + d]) : 0.0f;
        }
        int position[kWarpRows];
        float sum[kWarpRows][kParts] = {}, largest[kWarpRows], total[kWarpRows] = {};
#pragma unroll
        for (int r = 0; r < kWarpRows; r++) {
            position[r] = item.keys > 0 && warpRow + r < item.count ? positionOf(item.first + warpRow + r) : -1;
            largest[r] = kNone;
        }
        int block = item.blockBegin;
        if (args.window > 0 && item.keys > 0) block = max(block, (positionOf(item.first) - args.window + 1) / kBlockKeys);
        const int firstChunk = block / kChunkBlocks;
        const auto mergeKept = [&] {
#pragma unroll
            for (int r = 0; r < kWarpRows; r++) {
                const float* mine = kept + r * (kParts + 2) * kThreads;
                float before, now;
                largest[r] = merge_weights(mine[0], largest[r], kLog2e, before, now);
                total[r] = fmaf(mine[kThreads], before, total[r] * now);
#pragma unroll
                for (int i = 0; i < kParts; i++) sum[r][i] = fmaf(mine[(2 + i) * kThreads], before, sum[r][i] * now);
            }
        };
        for (; block < item.blockEnd; block++) {
            // A chunk ends: its softmax is put aside, or merged with those before. Each thread reads what it wrote itself.
            if (block % kChunkBlocks == 0 && block / kChunkBlocks > firstChunk) {
                if (block / kChunkBlocks > firstChunk + 1) mergeKept();
#pragma unroll
                for (int r = 0; r < kWarpRows; r++) {
                    float* mine = kept + r * (kParts + 2) * kThreads;
                    mine[0] = largest[r];
                    mine[kThreads] = total[r];
#pragma unroll
                    for (int i = 0; i < kParts; i++) {
                        mine[(2 + i) * kThreads] = sum[r][i];
                        sum[r][i] = 0;
                    }
                    largest[r] = kNone;
                    total[r] = 0;
                }
            }

            // Scores of two keys a lane. Values before are no longer read.
            __syncthreads();
            loadKeys(args.k, args.kStride, block);
            __syncthreads();
            float s[kWarpRows][2] = {};
            for (int d = 0; d < args.headDim; d++) {
                const float key0 = tile[lane * kPitch + d], key1 = tile[(lane + 32) * kPitch + d];
#pragma unroll
                for (int r = 0; r < kWarpRows; r++) {
                    const float q = tileQ[(warpRow + r) * kHeadDim + d];
                    s[r][0] = fmaf(q, key0, s[r][0]);
                    s[r][1] = fmaf(q, key1, s[r][1]);
                }
            }

            int from[kWarpRows], to[kWarpRows], low = kBlockKeys, high = 0;
#pragma unroll
            for (int r = 0; r < kWarpRows; r++) {
                from[r] = args.window > 0 ? max(0, position[r] - args.window + 1 - block * kBlockKeys) : 0;
                to[r] = min(kBlockKeys, position[r] + 1 - block * kBlockKeys);
                // Padding has position -1, and a block may lie behind a row's window: nothing seen, nothing changed.
                if (to[r] <= from[r]) continue;
                low = min(low, from[r]);
                high = max(high, to[r]);
                float most = largest[r];
#pragma unroll
                for (int h = 0; h < 2; h++) {
                    s[r][h] *= args.scale;
                    if (args.softCap > 0) s[r][h] = args.softCap * tanhf(s[r][h] / args.softCap);
                    const int key = lane + 32 * h;
                    if (key < from[r] || key >= to[r]) s[r][h] = kNone;
                    most = fmaxf(most, s[r][h]);
                }
                for (int distance = 16; distance > 0; distance /= 2) most = fmaxf(most, __shfl_xor_sync(0xFFFFFFFF, most, distance));
                float seen = 0;
#pragma unroll
                for (int h = 0; h < 2; h++) {
                    const float p = exp2f((s[r][h] - most) * kLog2e);
                    weights[(warpRow + r) * kBlockKeys + lane + 32 * h] = p;
                    seen += p;
                }
                for (int distance = 16; distance > 0; distance /= 2) seen += __shfl_xor_sync(0xFFFFFFFF, seen, distance);
                const float decay = exp2f((largest[r] - most) * kLog2e);
                largest[r] = most;
                total[r] = fmaf(total[r], decay, seen);
#pragma unroll
                for (int i = 0; i < kParts; i++) sum[r][i] *= decay;
            }

            // Weighted values, kHeadDim / 32 columns a lane. Keys are no longer read, and the weights of this warp are written.
            __syncthreads();
            loadKeys(args.v, args.vStride, block);
            __syncthreads();
            for (int key = low; key < high; key++) {
                float value[kParts];
#pragma unroll
                for (int i = 0; i < kParts; i++) value[i] = lane + 32 * i < args.headDim ? tile[key * kPitch + lane + 32 * i] : 0.0f;
#pragma unroll
                for (int r = 0; r < kWarpRows; r++) {
                    if (key < from[r] || key >= to[r]) continue;
                    const float p = weights[(warpRow + r) * kBlockKeys + key];
#pragma unroll
                    for (int i = 0; i < kParts; i++) sum[r][i] = fmaf(p, value[i], sum[r][i]);
                }
            }
        }
        if (item.blockEnd > 0 && (item.blockEnd - 1) / kChunkBlocks > firstChunk) mergeKept();

#pragma unroll
        for (int r = 0; r < kWarpRows; r++) {
            if (warpRow + r >= item.count) continue;
            const int packed = item.first + warpRow + r, query = packed / group;
            Activation* destination = args.output + packed_offset(item.row, packed, group, kvHead, args.headDim, args.outputStride);
#pragma unroll
            for (int i = 0; i < kParts; i++) {
                // A row of no segment has no sum: zeros instead of 0 / 0.
                if (lane + 32 * i < args.headDim) store_as(destination + lane + 32 * i, total[r] == 0 ? 0.0f : sum[r][i] / total[r]);
            }
            if (args.lse != nullptr && lane == 0)
                args.lse[static_cast<long long>(item.row + query) * args.lseStride + kvHead * group + packed - query * group] = largest[r] + logf(total[r]);
        }
    }
}
