// dq of causal softmax attention in float32: the counterpart of attention_query_gradient.cu.
//
//   p = e^(s - lse), ds = p (dout.v - delta) scale (times 1 - (s / cap)^2 where capped), dq = sum over keys of ds k, a chain in key order
//
// q, dout, dq [T, H * D], k, v [T, Hkv * D] (row strides), lse, delta [T, H]. One CTA per item of 16 packed rows and key/value head: four warps of four
// rows; blocks of 32 keys, one a lane in the first products, kHeadDim / 32 columns a lane in the last. Keys that a row does not see take no part in it.
#include "common/attention.cuh"

constexpr int kHeadDim = SPA_HEAD_DIM;
constexpr int kThreads = 128;
constexpr int kRows = 16;
constexpr int kWarpRows = 4;
constexpr int kKeys = 32;
constexpr int kParts = kHeadDim / 32;
// One element more than a row, so that lanes that read a column fall into different banks.
constexpr int kPitch = kHeadDim + 1;

struct AttentionQueryGradientArgs {
    const float* q;               // [T, H * D]
    const float* k;               // [T, Hkv * D]
    const float* v;               // [T, Hkv * D]
    const float* dout;            // [T, H * D]
    float* dq;                    // [T, H * D]
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
    int isVector;                 // not used in float32
};
static_assert(sizeof(AttentionQueryGradientArgs) == 128);

extern "C" __global__ void __launch_bounds__(kThreads, kHeadDim <= 128 ? 4 : 2) attention_query_gradient_float(const __grid_constant__ AttentionQueryGradientArgs args) {
    extern __shared__ __align__(128) float memory[];
    float *tileQ = memory, *tileDout = tileQ + kRows * kHeadDim, *gradients = tileDout + kRows * kHeadDim, *tileK = gradients + kRows * kKeys, *tileV = tileK + kKeys * kPitch;
    const int lane = threadIdx.x & 31, warpRow = threadIdx.x / 32 * kWarpRows, group = args.group, heads = args.kvHeads * group;
    const int work = *args.count * args.kvHeads;
    for (int index = blockIdx.x; index < work; index += gridDim.x) {
        const AttentionItem item = args.items[index / args.kvHeads];
        const int kvHead = index % args.kvHeads;
        // The tiles of the item before may still be read by slower warps.
        __syncthreads();
        for (int i = threadIdx.x; i < kRows * kHeadDim; i += kThreads) {
            const int row = i / kHeadDim, d = i % kHeadDim, packed = item.first + row;
            const bool isThere = row < item.count && d < args.headDim;
            tileQ[i] = isThere ? args.q[packed_offset(item.row, packed, group, kvHead, args.headDim, args.qStride) + d] : 0.0f;
            tileDout[i] = isThere ? args.dout[packed_offset(item.row, packed, group, kvHead, args.headDim, args.doutStride) + d] : 0.0f;
        }
        int position[kWarpRows];
        float sum[kWarpRows][kParts] = {}, lse[kWarpRows], delta[kWarpRows];
#pragma unroll
        for (int r = 0; r < kWarpRows; r++) {
            const int packed = item.first + warpRow + r, query = packed / group, head = kvHead * group + packed - query * group;
            const bool isThere = item.keys > 0 && warpRow + r < item.count;
            position[r] = isThere ? item.prefix + query : -1;
            lse[r] = isThere ? args.lse[static_cast<long long>(item.row + query) * args.lseStride + head] : 0.0f;
            delta[r] = isThere ? args.delta[static_cast<long long>(item.row + query) * heads + head] : 0.0f;
        }
        int first = args.window > 0 ? max(0, item.prefix + item.first / group - args.window + 1) / kKeys * kKeys : 0;
        for (; first < item.keys; first += kKeys) {
            // All are through with the block before; then everybody's part of this one is there.
            __syncthreads();
            for (int i = threadIdx.x; i < kKeys * kHeadDim; i += kThreads) {
                const int row = i / kHeadDim, d = i % kHeadDim;
                if (first + row >= item.keys || d >= args.headDim) continue;
                const long long token = key_row(item, first + row);
                tileK[row * kPitch + d] = args.k[token * args.kStride + kvHead * args.headDim + d];
                tileV[row * kPitch + d] = args.v[token * args.vStride + kvHead * args.headDim + d];
            }
            __syncthreads();
            float s[kWarpRows] = {}, dp[kWarpRows] = {};
            // A lane's key may lie behind the last one: its products are not used.
            for (int d = 0; d < args.headDim && first + lane < item.keys; d++) {
                const float key = tileK[lane * kPitch + d], value = tileV[lane * kPitch + d];
#pragma unroll
                for (int r = 0; r < kWarpRows; r++) {
                    s[r] = fmaf(tileQ[(warpRow + r) * kHeadDim + d], key, s[r]);
                    dp[r] = fmaf(tileDout[(warpRow + r) * kHeadDim + d], value, dp[r]);
                }
            }
            int from[kWarpRows], to[kWarpRows], low = kKeys, high = 0;
#pragma unroll
            for (int r = 0; r < kWarpRows; r++) {
                from[r] = args.window > 0 ? max(0, position[r] - args.window + 1 - first) : 0;
                to[r] = min(kKeys, position[r] + 1 - first);
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
                gradients[(warpRow + r) * kKeys + lane] = exp2f((score - lse[r]) * kLog2e) * (dp[r] - delta[r]) * slope;
            }
            // The rows of this warp are read by all of its lanes.
            __syncwarp();
            for (int key = low; key < high; key++) {
                float k[kParts];
#pragma unroll
                for (int i = 0; i < kParts; i++) k[i] = lane + 32 * i < args.headDim ? tileK[key * kPitch + lane + 32 * i] : 0.0f;
#pragma unroll
                for (int r = 0; r < kWarpRows; r++) {
                    if (key < from[r] || key >= to[r]) continue;
                    const float ds = gradients[(warpRow + r) * kKeys + key];
#pragma unroll
                    for (int i = 0; i < kParts; i++) sum[r][i] = fmaf(ds, k[i], sum[r][i]);
                }
            }
        }
#pragma unroll
        for (int r = 0; r < kWarpRows; r++) {
            if (warpRow + r >= item.count) continue;
            float* destination = args.dq + packed_offset(item.row, item.first + warpRow + r, group, kvHead, args.headDim, args.dqStride);
#pragma unroll
            for (int i = 0; i < kParts; i++) {
                if (lane + 32 * i < args.headDim) destination[lane + 32 * i] = sum[r][i];
            }
        }
    }
}
