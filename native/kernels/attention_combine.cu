// Joins the chunks of decoded rows whose keys were split between CTAs: for each row, chunks in order,
//   m = max(m1, m2), l = l1 w1 + l2 w2, acc = acc1 w1 + acc2 w2, w = e^(m. - m); output = acc / l
// the operations with which a single CTA merges its chunks (attention_forward.cu), so that both give the same bits.
// partial [slots, Hkv, 16, kHeadDim], partialStatistics [slots, Hkv, 16, 2] (maximum, sum), output [R, H * D] bfloat16. One warp per row and head.
#include "common/attention.cuh"

constexpr int kHeadDim = SPA_HEAD_DIM;
constexpr int kThreads = 128;
constexpr int kParts = kHeadDim / 32;

// Packed rows of one token whose chunks lie in slots [slot, slot + chunks).
struct alignas(16) AttentionSplit {
    int row, count, slot, chunks;
};

struct AttentionCombineArgs {
    const float* partial;
    const float* partialStatistics;
    bf16* output;        // [R, H * D]
    const AttentionSplit* splits;
    const int* count;
    int outputStride;
    int kvHeads;
    int group;
    int headDim;
    float scale;
    float softCap;
};
static_assert(sizeof(AttentionCombineArgs) == 64);

extern "C" __global__ void __launch_bounds__(kThreads) attention_combine(const __grid_constant__ AttentionCombineArgs args) {
    const int lane = threadIdx.x & 31, work = *args.count * args.kvHeads * 16;
    const float factor = args.softCap > 0 ? kLog2e : args.scale * kLog2e;
    for (int index = blockIdx.x * (kThreads / 32) + threadIdx.x / 32; index < work; index += gridDim.x * (kThreads / 32)) {
        const AttentionSplit split = args.splits[index / 16 / args.kvHeads];
        const int row = index % 16, kvHead = index / 16 % args.kvHeads;
        if (row >= split.count) continue;
        float sum[kParts], largest = kNone, total = 0;
        for (int chunk = 0; chunk < split.chunks; chunk++) {
            const long long slot = (static_cast<long long>(split.slot + chunk) * args.kvHeads + kvHead) * 16 + row;
            const float m = args.partialStatistics[2 * slot], l = args.partialStatistics[2 * slot + 1];
            float before = 0, now = 1;
            if (chunk > 0) largest = merge_weights(largest, m, factor, before, now);
            else largest = m;
            total = chunk > 0 ? fmaf(total, before, l * now) : l;
#pragma unroll
            for (int i = 0; i < kParts; i++) {
                const float value = args.partial[slot * kHeadDim + lane + 32 * i];
                sum[i] = chunk > 0 ? fmaf(sum[i], before, value * now) : value;
            }
        }
        bf16* destination = args.output + packed_offset(split.row, row, args.group, kvHead, args.headDim, args.outputStride);
#pragma unroll
        for (int i = 0; i < kParts; i++) {
            if (lane + 32 * i < args.headDim) destination[lane + 32 * i] = to_bf16(sum[i] / total);
        }
    }
}
