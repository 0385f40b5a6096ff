// delta[t, h] = sum over d of dout[t, h, d] output[t, h, d]: what the softmax's backward subtracts from dout.v.
// dout, output [T, H * D] (row strides), delta [T, H] float32, contiguous. One warp per row and head: lane l sums d = l, l + 32, ..., then a fixed tree.
// Reads both tensors once: 4 T H D bytes in bfloat16.
#include "common/types.cuh"

using Activation = Element<SPA_ACTIVATION_BF16>;
constexpr int kThreads = 256;

struct AttentionDeltaArgs {
    const Activation* dout;    // [T, H * D]
    const Activation* output;  // [T, H * D]
    float* delta;              // [T, H]
    int rows;
    int heads;
    int headDim;
    int doutStride;
    int outputStride;
};
static_assert(sizeof(AttentionDeltaArgs) == 48);

extern "C" __global__ void __launch_bounds__(kThreads) attention_delta(const __grid_constant__ AttentionDeltaArgs args) {
    const int lane = threadIdx.x & 31;
    const long long count = static_cast<long long>(args.rows) * args.heads, step = static_cast<long long>(gridDim.x) * (kThreads / 32);
    for (long long i = static_cast<long long>(blockIdx.x) * (kThreads / 32) + threadIdx.x / 32; i < count; i += step) {
        const long long row = i / args.heads, column = i % args.heads * args.headDim;
        const Activation *dout = args.dout + row * args.doutStride + column, *output = args.output + row * args.outputStride + column;
        float sum = 0;
        for (int d = lane; d < args.headDim; d += 32) sum = fmaf(to_float(dout[d]), to_float(output[d]), sum);
        for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(0xFFFFFFFF, sum, distance);
        if (lane == 0) args.delta[i] = sum;
    }
}
