// dq of causal softmax attention, bfloat16 on tensor cores.
//
//   p = e^(s - lse), ds = p (dout.v - delta) (times 1 - (s / cap)^2 where capped), dq = scale sum over keys of ds k
//
// q, dout, dq [T, H * D], k, v [T, Hkv * D] (row strides), lse, delta [T, H] float32. One CTA per item and key/value head: four warps of 16 packed
// rows; an item of the forward's list that is longer is done in parts. Scores are computed again, so that nothing is summed between CTAs: two products
// more than a kernel that adds into a shared dq, no ordering between CTAs, and the same bits every time.
#include "common/attention.cuh"

constexpr int kHeadDim = SPA_HEAD_DIM;
constexpr int kThreads = 128;
constexpr int kRows = 64;
// Four tiles fit into the 99 KiB of the smaller devices: at 256 blocks are halved.
constexpr int kKeys = kHeadDim <= 128 ? 64 : 32;
constexpr int kItemRows = kHeadDim <= 128 ? 128 : 64;
constexpr int kParts = kItemRows / kRows;
constexpr int kNTiles = kHeadDim / 8;

struct AttentionQueryGradientArgs {
    const bf16* q;      // [T, H * D]
    const bf16* k;      // [T, Hkv * D]
    const bf16* v;      // [T, Hkv * D]
    const bf16* dout;   // [T, H * D]
    bf16* dq;           // [T, H * D]
    const float* lse;             // [T, H]
    const float* delta;           // [T, H], contiguous
    const AttentionItem* items;
    const int* count;
    int qStride;
    int kStride;
    int vStride;
    int doutStride;
    int dqStride;
    int lseStride;
    int kvHeads;
    int group;
    int headDim;
    int window;
    float scale;
    float softCap;
    int isVector;                 // 16-byte copies: bit 0 of q, bit 1 of k and v, bit 3 of dout; bit 2: dq rows allow 4-byte stores
};
static_assert(sizeof(AttentionQueryGradientArgs) == 128);

// s and dp of a block become ds, in dp.
__device__ __forceinline__ void score_gradient(const float (&s)[1][kKeys / 8][4], float (&dp)[1][kKeys / 8][4], const int (&position)[2], const float (&lse)[2],
    const float (&delta)[2], int firstKey, int window, float scale, float cap) {
    const int pair = firstKey + 2 * (threadIdx.x & 3);
#pragma unroll
    for (int i = 0; i < kKeys / 2; i++) {
        const int h = i % 4 / 2, key = pair + i / 4 * 8 + i % 2;
        float score = s[0][i / 4][i % 4] * scale, slope = 1;
        if (cap > 0) {
            score = soft_cap(score, cap);
            const float t = score / cap;
            slope = fmaf(-t, t, 1.0f);
        }
        const bool isSeen = key <= position[h] && (window == 0 || key > position[h] - window);
        const float p = isSeen ? exp2_approx((score - lse[h]) * kLog2e) : 0.0f;
        dp[0][i / 4][i % 4] = p * (dp[0][i / 4][i % 4] - delta[h]) * slope;
    }
}

extern "C" __global__ void __launch_bounds__(kThreads) attention_query_gradient(const __grid_constant__ AttentionQueryGradientArgs args) {
    extern __shared__ __align__(128) bf16 shared[];
    bf16 *tileQ = shared, *tileDout = tileQ + kRows * kHeadDim, *tileK = tileDout + kRows * kHeadDim, *tileV = tileK + kKeys * kHeadDim;
    const int lane = threadIdx.x & 31, warpRow = threadIdx.x / 32 * 16, group = args.group, heads = args.kvHeads * group;
    const int work = *args.count * args.kvHeads * kParts;
    for (int index = blockIdx.x; index < work; index += gridDim.x) {
        AttentionItem item = args.items[index / kParts / args.kvHeads];
        const int kvHead = index / kParts % args.kvHeads, skipped = index % kParts * kRows;
        item.first += skipped;
        item.count = min(item.count - skipped, kRows);
        // The whole CTA leaves together: no barrier is missed.
        if (item.count <= 0) continue;
        const auto loadKeys = [&](bf16* tile, const bf16* source, int stride, int block) {
            copy_tile<kKeys, kHeadDim, kThreads>(tile, source, args.headDim, args.isVector & 2, [&](int row) -> long long {
                const int key = block * kKeys + row;
                return key < item.keys ? static_cast<long long>(key_row(item, key)) * stride + kvHead * args.headDim : -1;
            });
        };
        const auto loadQueries = [&](bf16* tile, const bf16* source, int stride, bool isVector) {
            copy_tile<kRows, kHeadDim, kThreads>(tile, source, args.headDim, isVector, [&](int row) -> long long {
                return row < item.count ? packed_offset(item.row, item.first + row, group, kvHead, args.headDim, stride) : -1;
            });
        };

        // The tiles of the item before may still be read by slower warps.
        __syncthreads();
        loadQueries(tileQ, args.q, args.qStride, args.isVector & 1);
        loadQueries(tileDout, args.dout, args.doutStride, args.isVector & 8);
        int position[2];
        float lse[2], delta[2];
#pragma unroll
        for (int h = 0; h < 2; h++) {
            const int row = warpRow + 8 * h + lane / 4, packed = item.first + row, query = packed / group;
            const bool isThere = item.keys > 0 && row < item.count;
            const long long token = item.row + query;
            position[h] = isThere ? item.prefix + query : -1;
            lse[h] = isThere ? args.lse[token * args.lseStride + kvHead * group + packed - query * group] : 0.0f;
            delta[h] = isThere ? args.delta[token * heads + kvHead * group + packed - query * group] : 0.0f;
        }
        const int end = item.keys > 0 ? item.prefix + (item.first + item.count - 1) / group + 1 : 0;
        const int low = item.prefix + item.first / group;
        int block = args.window > 0 ? max(0, low - args.window + 1) / kKeys : 0;

        float sum[1][kNTiles][4] = {};
        if (block * kKeys < end) {
            loadKeys(tileV, args.v, args.vStride, block);
            copy_async_commit();
            loadKeys(tileK, args.k, args.kStride, block);
            copy_async_commit();
        }
        for (; block * kKeys < end; block++) {
            const bool isMore = (block + 1) * kKeys < end;
            // The barrier shows everybody's copies of values and queries; keys may still be under way.
            copy_async_wait<1>();
            __syncthreads();
            float dp[1][kKeys / 8][4] = {};
            multiply_rows<1, kKeys, kHeadDim>(dp, tileDout, warpRow, tileV);
            // Keys are there, and all are through with the values.
            copy_async_wait<0>();
            __syncthreads();
            if (isMore) loadKeys(tileV, args.v, args.vStride, block + 1);
            copy_async_commit();
            float s[1][kKeys / 8][4] = {};
            multiply_rows<1, kKeys, kHeadDim>(s, tileQ, warpRow, tileK);
            score_gradient(s, dp, position, lse, delta, block * kKeys, args.window, args.scale, args.softCap);
            unsigned ds[1][kKeys / 16][4];
            pack_rows<1, kKeys>(ds, dp);
            multiply_columns<1, kKeys, kHeadDim, kHeadDim>(sum, ds, tileK, 0);
            // All are through with the keys.
            __syncthreads();
            if (isMore) loadKeys(tileK, args.k, args.kStride, block + 1);
            copy_async_commit();
        }
        // Rows of no segment still have their queries under way, into a tile that the next item writes.
        copy_async_wait<0>();

#pragma unroll
        for (int h = 0; h < 2; h++) {
            const int row = warpRow + 8 * h + lane / 4;
            if (row >= item.count) continue;
            bf16* destination = args.dq + packed_offset(item.row, item.first + row, group, kvHead, args.headDim, args.dqStride);
#pragma unroll
            for (int n = 0; n < kNTiles; n++)
                store_pair(destination, 8 * n + 2 * (lane & 3), args.headDim, args.isVector & 4, sum[0][n][2 * h] * args.scale, sum[0][n][2 * h + 1] * args.scale);
        }
    }
}
