// dk and dv of causal softmax attention in float32: the counterpart of attention_key_gradient.cu.
//
//   p = e^(s - lse), ds = p (dout.v - delta) scale (times 1 - (s / cap)^2 where capped)
//   dv = sum over the rows that see the key of p dout, dk = sum of ds q: chains over segments in batch order, packed rows ascending
//
// q, dout [T, H * D], k, v, dk, dv [T, Hkv * D] (row strides), lse, delta [T, H]. One CTA per part of a tile of keys and key/value head: four warps of
// kWarpKeys keys; blocks of 32 packed rows, one a lane in the first products, kHeadDim / 32 columns a lane in the last. Rows that do not see a key take
// no part in it. Keys that nobody sees get zeros.
#include "common/attention.cuh"

constexpr int kHeadDim = SPA_HEAD_DIM;
constexpr int kThreads = 128;
// The tiles of a part fit into the 99 KiB of the smaller devices.
constexpr int kKeys = kHeadDim <= 128 ? 16 : 8;
constexpr int kWarpKeys = kKeys / 4;
constexpr int kTileParts = kBlockKeys / kKeys;
constexpr int kQueries = 32;
constexpr int kParts = kHeadDim / 32;
// One element more than a row, so that lanes that read a column fall into different banks.
constexpr int kPitch = kHeadDim + 1;

struct AttentionKeyGradientArgs {
    const float* q;               // [T, H * D]
    const float* k;               // [T, Hkv * D]
    const float* v;               // [T, Hkv * D]
    const float* dout;            // [T, H * D]
    float* dk;                    // [T, Hkv * D]
    float* dv;                    // [T, Hkv * D]
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
    int isVector;                 // not used in float32
};
static_assert(sizeof(AttentionKeyGradientArgs) == 152);

extern "C" __global__ void __launch_bounds__(kThreads, kHeadDim <= 128 ? 4 : 2) attention_key_gradient_float(const __grid_constant__ AttentionKeyGradientArgs args) {
    extern __shared__ __align__(128) float memory[];
    float *tileK = memory, *tileV = tileK + kKeys * kHeadDim, *weights = tileV + kKeys * kHeadDim, *gradients = weights + kKeys * kQueries;
    float *tileQ = gradients + kKeys * kQueries, *tileDout = tileQ + kQueries * kPitch;
    const int lane = threadIdx.x & 31, warpKey = threadIdx.x / 32 * kWarpKeys, group = args.group, heads = args.kvHeads * group;
    const int work = *args.count * args.kvHeads * kTileParts;
    for (int index = blockIdx.x; index < work; index += gridDim.x) {
        AttentionKeyTile tile = args.tiles[index / kTileParts / args.kvHeads];
        const int kvHead = index / kTileParts % args.kvHeads, skipped = index % kTileParts * kKeys;
        tile.start += skipped;
        tile.count = min(tile.count - skipped, kKeys);
        // The whole CTA leaves together: no barrier is missed.
        if (tile.count <= 0) continue;
        // The tiles of the item before may still be read by slower warps.
        __syncthreads();
        for (int i = threadIdx.x; i < kKeys * kHeadDim; i += kThreads) {
            const int row = i / kHeadDim, d = i % kHeadDim;
            const bool isThere = row < tile.count && d < args.headDim;
            const long long token = tile.start + row;
            tileK[i] = isThere ? args.k[token * args.kStride + kvHead * args.headDim + d] : 0.0f;
            tileV[i] = isThere ? args.v[token * args.vStride + kvHead * args.headDim + d] : 0.0f;
        }
        float dk[kWarpKeys][kParts] = {}, dv[kWarpKeys][kParts] = {};
        for (int viewer = 0; viewer < tile.viewerCount; viewer++) {
            const AttentionSegment segment = args.segments[args.viewers[tile.firstViewer + viewer]];
            // Logical position of the first key in this segment: among its own rows, or in its prefix.
            const int firstKey = tile.start >= segment.start ? segment.prefixCount + tile.start - segment.start : tile.start - segment.prefixStart;
            const int begin = max(0, firstKey - segment.prefixCount) * group;
            int end = segment.count;
            if (args.window > 0) end = min(end, firstKey + tile.count - 1 + args.window - segment.prefixCount);
            end *= group;
            for (int first = begin; first < end; first += kQueries) {
                // All are through with the block before; then everybody's part of this one is there.
                __syncthreads();
                for (int i = threadIdx.x; i < kQueries * kHeadDim; i += kThreads) {
                    const int row = i / kHeadDim, d = i % kHeadDim;
                    if (first + row >= end || d >= args.headDim) continue;
                    tileQ[row * kPitch + d] = args.q[packed_offset(segment.start, first + row, group, kvHead, args.headDim, args.qStride) + d];
                    tileDout[row * kPitch + d] = args.dout[packed_offset(segment.start, first + row, group, kvHead, args.headDim, args.doutStride) + d];
                }
                __syncthreads();
                const int packed = first + lane, query = packed / group, head = kvHead * group + packed - query * group;
                const bool isThere = packed < end;
                const float lse = isThere ? args.lse[static_cast<long long>(segment.start + query) * args.lseStride + head] : 0.0f;
                const float delta = isThere ? args.delta[static_cast<long long>(segment.start + query) * heads + head] : 0.0f;
                float s[kWarpKeys] = {}, dp[kWarpKeys] = {};
                // A lane's row may lie behind the last one: its products are not used.
                for (int d = 0; d < args.headDim && isThere; d++) {
                    const float q = tileQ[lane * kPitch + d], dout = tileDout[lane * kPitch + d];
#pragma unroll
                    for (int r = 0; r < kWarpKeys; r++) {
                        s[r] = fmaf(q, tileK[(warpKey + r) * kHeadDim + d], s[r]);
                        dp[r] = fmaf(dout, tileV[(warpKey + r) * kHeadDim + d], dp[r]);
                    }
                }
                int from[kWarpKeys], to[kWarpKeys], low = kQueries, high = 0;
#pragma unroll
                for (int r = 0; r < kWarpKeys; r++) {
                    // Queries that see the key follow each other, from the key's own on.
                    const int key = firstKey + warpKey + r - segment.prefixCount;
                    from[r] = max(0, max(0, key) * group - first);
                    to[r] = min(kQueries, min(end, args.window > 0 ? (key + args.window) * group : end) - first);
                    if (from[r] < to[r]) {
                        low = min(low, from[r]);
                        high = max(high, to[r]);
                    }
                    float score = s[r] * args.scale, slope = args.scale;
                    if (args.softCap > 0) {
                        const float t = tanhf(score / args.softCap);
                        score = args.softCap * t;
                        slope *= fmaf(-t, t, 1.0f);
                    }
                    const float p = exp2f((score - lse) * kLog2e);
                    weights[(warpKey + r) * kQueries + lane] = p;
                    gradients[(warpKey + r) * kQueries + lane] = p * (dp[r] - delta) * slope;
                }
                // The keys of this warp are read by all of its lanes.
                __syncwarp();
                for (int row = low; row < high; row++) {
                    float q[kParts], dout[kParts];
#pragma unroll
                    for (int i = 0; i < kParts; i++) {
                        const bool isColumn = lane + 32 * i < args.headDim;
                        q[i] = isColumn ? tileQ[row * kPitch + lane + 32 * i] : 0.0f;
                        dout[i] = isColumn ? tileDout[row * kPitch + lane + 32 * i] : 0.0f;
                    }
#pragma unroll
                    for (int r = 0; r < kWarpKeys; r++) {
                        if (row < from[r] || row >= to[r]) continue;
                        const float p = weights[(warpKey + r) * kQueries + row], ds = gradients[(warpKey + r) * kQueries + row];
#pragma unroll
                        for (int i = 0; i < kParts; i++) {
                            dv[r][i] = fmaf(p, dout[i], dv[r][i]);
                            dk[r][i] = fmaf(ds, q[i], dk[r][i]);
                        }
                    }
                }
            }
        }
#pragma unroll
        for (int r = 0; r < kWarpKeys; r++) {
            if (warpKey + r >= tile.count) continue;
            const long long token = tile.start + warpKey + r;
#pragma unroll
            for (int i = 0; i < kParts; i++) {
                if (lane + 32 * i >= args.headDim) continue;
                args.dk[token * args.dkStride + kvHead * args.headDim + lane + 32 * i] = dk[r][i];
                args.dv[token * args.dvStride + kvHead * args.headDim + lane + 32 * i] = dv[r][i];
            }
        }
    }
}
