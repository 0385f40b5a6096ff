// dk and dv of causal softmax attention, bfloat16 on tensor cores.
//
//   p = e^(s - lse), ds = p (dout.v - delta) (times 1 - (s / cap)^2 where capped)
//   dv = sum over the rows that see the key of p dout, dk = scale times the sum of ds q: segments in batch order, packed rows ascending
//
// q, dout [T, H * D], k, v, dk, dv [T, Hkv * D] (row strides), lse, delta [T, H] float32. One CTA per tile of up to 64 keys and key/value head loops
// over everything that sees them, all heads of the group included: no sum crosses CTAs. Scores are computed transposed, keys in the rows, so that p and
// ds feed the second products from registers. Reads k and v once, q and dout once per tile of keys before them. Rows that nobody sees get zeros.
#include "common/attention.cuh"

constexpr int kHeadDim = SPA_HEAD_DIM;
constexpr int kKeys = 64;
constexpr int kQueries = 32;
// At 256 two warps share 16 keys, half the columns each: one warp's accumulators would not fit into its registers. Both compute the scores.
constexpr int kHalves = kHeadDim > 128 ? 2 : 1;
constexpr int kOut = kHeadDim / kHalves;
constexpr int kThreads = 128 * kHalves;
// The tiles fit into the 99 KiB of the smaller devices; at 256 only without a second stage.
constexpr int kStages = kHeadDim <= 128 ? 2 : 1;
constexpr int kTile = kQueries * kHeadDim;

struct AttentionKeyGradientArgs {
    const bf16* q;      // [T, H * D]
    const bf16* k;      // [T, Hkv * D]
    const bf16* v;      // [T, Hkv * D]
    const bf16* dout;   // [T, H * D]
    bf16* dk;           // [T, Hkv * D]
    bf16* dv;           // [T, Hkv * D]
    const float* lse;             // [T, H]
    const float* delta;           // [T, H], contiguous
    const AttentionKeyTile* tiles;
    const AttentionSegment* segments;
    const int* viewers;
    const int* count;
    int qStride;
    int kStride;
    int vStride;
    int doutStride;
    int dkStride;
    int dvStride;
    int lseStride;
    int kvHeads;
    int group;
    int headDim;
    int window;
    float scale;
    float softCap;
    int isVector;                 // 16-byte copies: bit 0 of q, bit 1 of k and v, bit 3 of dout; bit 2: dk and dv rows allow 4-byte stores
};
static_assert(sizeof(AttentionKeyGradientArgs) == 152);

// What the scores of a packed row need, beside its tiles.
struct Query {
    float lse, delta;
    int position;  // logical; -1: padding, which sees nothing
    int unused;
};

// s and dp of a block (keys in the rows) become p and ds.
__device__ __forceinline__ void score_gradient(float (&s)[1][kQueries / 8][4], float (&dp)[1][kQueries / 8][4], const Query* queries, int firstKey, int window, float scale, float cap) {
    const int lane = threadIdx.x & 31;
#pragma unroll
    for (int j = 0; j < kQueries / 4; j++) {
        const Query query = queries[j / 2 * 8 + 2 * (lane & 3) + j % 2];
#pragma unroll
        for (int h = 0; h < 2; h++) {
            const int key = firstKey + 8 * h + lane / 4;
            float &first = s[0][j / 2][2 * h + j % 2], &second = dp[0][j / 2][2 * h + j % 2], score = first * scale, slope = 1;
            if (cap > 0) {
                score = soft_cap(score, cap);
                const float t = score / cap;
                slope = fmaf(-t, t, 1.0f);
            }
            const bool isSeen = key <= query.position && (window == 0 || key > query.position - window);
            first = isSeen ? exp2_approx((score - query.lse) * kLog2e) : 0.0f;
            second = first * (second - query.delta) * slope;
        }
    }
}

// Three blocks a multiprocessor at small head sizes leave 168 registers: without being told, the compiler aims at four and spills.
extern "C" __global__ void __launch_bounds__(kThreads, kHeadDim <= 64 ? 3 : 1) attention_key_gradient(const __grid_constant__ AttentionKeyGradientArgs args) {
    extern __shared__ __align__(128) bf16 shared[];
    bf16 *tileK = shared, *tileV = tileK + kKeys * kHeadDim, *tilesQ = tileV + kKeys * kHeadDim, *tilesDout = tilesQ + kStages * kTile;
    Query* rows = reinterpret_cast<Query*>(tilesDout + kStages * kTile);
    const int lane = threadIdx.x & 31, warp = threadIdx.x / 32, warpRow = warp / kHalves * 16, column = warp % kHalves * kOut;
    const int group = args.group, heads = args.kvHeads * group, work = *args.count * args.kvHeads;
    for (int index = blockIdx.x; index < work; index += gridDim.x) {
        const AttentionKeyTile tile = args.tiles[index / args.kvHeads];
        const int kvHead = index % args.kvHeads;
        const auto loadKeys = [&](bf16* destination, const bf16* source, int stride) {
            copy_tile<kKeys, kHeadDim, kThreads>(destination, source, args.headDim, args.isVector & 2, [&](int row) -> long long {
                return row < tile.count ? static_cast<long long>(tile.start + row) * stride + kvHead * args.headDim : -1;
            });
        };
        // The tiles of the item before may still be read by slower warps.
        __syncthreads();
        loadKeys(tileK, args.k, args.kStride);
        loadKeys(tileV, args.v, args.vStride);

        float dk[1][kOut / 8][4] = {}, dv[1][kOut / 8][4] = {};
        for (int viewer = 0; viewer < tile.viewerCount; viewer++) {
            const AttentionSegment segment = args.segments[args.viewers[tile.firstViewer + viewer]];
            // Logical position of the tile's first key in this segment: among its own rows, or in its prefix.
            const int firstKey = tile.start >= segment.start ? segment.prefixCount + tile.start - segment.start : tile.start - segment.prefixStart;
            const int begin = max(0, firstKey - segment.prefixCount) * group;
            int end = segment.count;
            if (args.window > 0) end = min(end, firstKey + tile.count - 1 + args.window - segment.prefixCount);
            end *= group;
            const auto loadQueries = [&](int first, int stage) {
                // Each lane finds one row's place, and hands it to those that copy it.
                const int packed = first + lane, query = packed / group, head = kvHead * group + packed - query * group;
                const bool isThere = packed < end;
                const long long token = segment.start + query;
                if (warp == 0) {
                    Query row = {0, 0, -1, 0};
                    if (isThere) row = {args.lse[token * args.lseStride + head], args.delta[token * heads + head], segment.prefixCount + query, 0};
                    rows[stage * kQueries + lane] = row;
                }
                const int tokenRow = isThere ? static_cast<int>(token) : -1, column0 = head * args.headDim;
                copy_tile<kQueries, kHeadDim, kThreads>(tilesQ + stage * kTile, args.q, args.headDim, args.isVector & 1, [&](int row) -> long long {
                    const int from = __shfl_sync(0xFFFFFFFF, tokenRow, row), offset = __shfl_sync(0xFFFFFFFF, column0, row);
                    return from < 0 ? -1 : static_cast<long long>(from) * args.qStride + offset;
                });
                copy_tile<kQueries, kHeadDim, kThreads>(tilesDout + stage * kTile, args.dout, args.headDim, args.isVector & 8, [&](int row) -> long long {
                    const int from = __shfl_sync(0xFFFFFFFF, tokenRow, row), offset = __shfl_sync(0xFFFFFFFF, column0, row);
                    return from < 0 ? -1 : static_cast<long long>(from) * args.doutStride + offset;
                });
                copy_async_commit();
            };
            // All are through with the stages of the viewer before.
            __syncthreads();
            if (kStages == 2 && begin < end) loadQueries(begin, 0);
            for (int first = begin, stage = 0; first < end; first += kQueries, stage ^= kStages - 1) {
                if (kStages == 1) {
                    if (first > begin) __syncthreads();
                    loadQueries(first, 0);
                }
                // The barrier shows everybody's copies, and that all are through with the other stage.
                copy_async_wait<0>();
                __syncthreads();
                if (kStages == 2 && first + kQueries < end) loadQueries(first + kQueries, stage ^ 1);
                const bf16 *tileQ = tilesQ + stage * kTile, *tileDout = tilesDout + stage * kTile;
                float s[1][kQueries / 8][4] = {}, dp[1][kQueries / 8][4] = {};
                multiply_rows<1, kQueries, kHeadDim>(s, tileK, warpRow, tileQ);
                multiply_rows<1, kQueries, kHeadDim>(dp, tileV, warpRow, tileDout);
                score_gradient(s, dp, rows + stage * kQueries, firstKey + warpRow, args.window, args.scale, args.softCap);
                unsigned weights[1][kQueries / 16][4], gradients[1][kQueries / 16][4];
                pack_rows<1, kQueries>(weights, s);
                pack_rows<1, kQueries>(gradients, dp);
                multiply_columns<1, kQueries, kOut, kHeadDim>(dv, weights, tileDout, column);
                multiply_columns<1, kQueries, kOut, kHeadDim>(dk, gradients, tileQ, column);
            }
        }
        // Keys that nobody sees are still under way, into tiles that the next item writes.
        copy_async_wait<0>();

#pragma unroll
        for (int h = 0; h < 2; h++) {
            const int row = warpRow + 8 * h + lane / 4;
            if (row >= tile.count) continue;
            const long long token = tile.start + row;
            bf16* destinationK = args.dk + token * args.dkStride + kvHead * args.headDim;
            bf16* destinationV = args.dv + token * args.dvStride + kvHead * args.headDim;
#pragma unroll
            for (int n = 0; n < kOut / 8; n++) {
                const int at = column + 8 * n + 2 * (lane & 3);
                store_pair(destinationK, at, args.headDim, args.isVector & 4, dk[0][n][2 * h] * args.scale, dk[0][n][2 * h + 1] * args.scale);
                store_pair(destinationV, at, args.headDim, args.isVector & 4, dv[0][n][2 * h], dv[0][n][2 * h + 1]);
            }
        }
    }
}
