// Columns times a vector. Forward: output = factor * input * scale + bias + residual, each step rounded by itself in float32 so that every
// device has the same bits; scale, bias and residual may be absent. Backward: dscale = sum over rows of dout * input, as bias.cu sums.
// Matrices [T, C] with row strides, vectors [1, C] float32. Forward moves input, residual and output once, backward dout and input.
#include "common/elements.cuh"

[[maybe_unused]] constexpr bool kBf16 = SPA_ACTIVATION_BF16;
[[maybe_unused]] constexpr bool kVector = SPA_VECTOR;
[[maybe_unused]] constexpr int kCount = kBf16 ? 8 : 4;
[[maybe_unused]] constexpr int kAcross = 32;
[[maybe_unused]] constexpr int kLanes = 8;

struct ScaleForwardArgs {
    Element<kBf16>* output;             // [T, C]
    const Element<kBf16>* input;        // [T, C]
    const float* scale;                 // [1, C] or absent
    const float* bias;                  // [1, C] or absent
    const Element<kBf16>* residual;     // [T, C] or absent
    long long rows;
    long long columns;
    int outputStride;
    int inputStride;
    int residualStride;
    int shift;
    float factor;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        Floats<kCount> y = load_floats<kWhole, kCount>(input + row * inputStride + column, count);
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            y.at[i] = __fmul_rn(factor, y.at[i]);
            if (scale && i < count) y.at[i] = __fmul_rn(y.at[i], scale[column + i]);
            if (bias && i < count) y.at[i] = __fadd_rn(y.at[i], bias[column + i]);
        }
        if (residual) {
            const Floats<kCount> r = load_floats<kWhole, kCount>(residual + row * residualStride + column, count);
#pragma unroll
            for (int i = 0; i < kCount; i++) y.at[i] = __fadd_rn(y.at[i], r.at[i]);
        }
        store_floats<kWhole, kCount>(output + row * outputStride + column, y, count);
    }
};
static_assert(sizeof(ScaleForwardArgs) == 80);

#ifdef SPA_ENTRY_SCALE_FORWARD
extern "C" __global__ void __launch_bounds__(kThreads) scale_forward(const __grid_constant__ ScaleForwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
#endif

struct ScaleBackwardArgs {
    float* partial;                 // [gridDim.y, C]
    const Element<kBf16>* dout;     // [T, C]
    const Element<kBf16>* input;    // [T, C]
    int rows;
    int columns;
    int doutStride;
    int inputStride;
    int rowsPerBlock;
};
static_assert(sizeof(ScaleBackwardArgs) == 48);

#ifdef SPA_ENTRY_SCALE_BACKWARD
extern "C" __global__ void __launch_bounds__(kAcross* kLanes) scale_backward(const __grid_constant__ ScaleBackwardArgs args) {
    __shared__ float shared[kLanes][kCount][kAcross];
    const int across = threadIdx.x % kAcross, lane = threadIdx.x / kAcross;
    const int column = (blockIdx.x * kAcross + across) * kCount, count = args.columns - column;
    const int first = blockIdx.y * args.rowsPerBlock, end = min(args.rows, first + args.rowsPerBlock);

    Floats<kCount> sum = {};
    if (count > 0) {
        // Two rows of two matrices in flight, as many loads as bias.cu has.
#pragma unroll 2
        for (int row = first + lane; row < end; row += kLanes) {
            const Floats<kCount> d = load_floats<kVector, kCount>(args.dout + static_cast<long long>(row) * args.doutStride + column, count);
            const Floats<kCount> x = load_floats<kVector, kCount>(args.input + static_cast<long long>(row) * args.inputStride + column, count);
#pragma unroll
            for (int i = 0; i < kCount; i++) sum.at[i] = __fmaf_rn(d.at[i], x.at[i], sum.at[i]);
        }
    }
#pragma unroll
    for (int i = 0; i < kCount; i++) shared[lane][i][across] = sum.at[i];
    // All lanes' sums must be there before they are added.
    __syncthreads();
    if (lane != 0 || count <= 0) return;
    for (int other = 1; other < kLanes; other++) {
#pragma unroll
        for (int i = 0; i < kCount; i++) sum.at[i] += shared[other][i][across];
    }
    store_floats<kVector, kCount>(args.partial + static_cast<long long>(blockIdx.y) * args.columns + column, sum, count);
}
#endif
