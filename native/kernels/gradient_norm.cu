// norm = sqrt(sum of squares), in double: the square of a float32 is exact there and cannot overflow. gradients [N] float32, norm [1].
// gradient_norm_partial: block b sums elements [64K b, 64K (b + 1)), a thread every 256th chunk of four in order, then a fixed tree.
// gradient_norm_finish: one block adds the partial sums, a thread every 1,024th in order, then a fixed tree. Reads 4 N bytes.
#include "common/reduce.cuh"
#include "common/types.cuh"

[[maybe_unused]] constexpr bool kVector = SPA_VECTOR;
[[maybe_unused]] constexpr int kCount = 4;
[[maybe_unused]] constexpr int kThreads = 256;
// Large enough that 7B parameters leave 110k partial sums, small enough that 135M fill every multiprocessor 15 times.
[[maybe_unused]] constexpr int kBlock = 64 * 1024;
[[maybe_unused]] constexpr int kFinishThreads = 1024;

struct GradientNormPartialArgs {
    double* partial;            // [ceil(N / kBlock)]
    const float* gradients;     // [N]
    long long count;            // N
};
static_assert(sizeof(GradientNormPartialArgs) == 24);

struct GradientNormFinishArgs {
    float* norm;                // [1]
    const double* partial;      // [partials]
    int partials;
};
static_assert(sizeof(GradientNormFinishArgs) == 24);

#ifdef SPA_ENTRY_GRADIENT_NORM_PARTIAL
extern "C" __global__ void __launch_bounds__(kThreads) gradient_norm_partial(const __grid_constant__ GradientNormPartialArgs args) {
    __shared__ double shared[kThreads / 32];
    const long long first = static_cast<long long>(blockIdx.x) * kBlock;
    const int count = static_cast<int>(min(static_cast<long long>(kBlock), args.count - first));
    double sum = 0;
    // Four chunks in flight.
#pragma unroll 4
    for (int at = threadIdx.x * kCount; at < count; at += kThreads * kCount) {
        const float* from = args.gradients + first + at;
        const Floats<kCount> g = kVector && count - at >= kCount ? load_floats<kVector, kCount>(from, kCount) : load_floats<false, kCount>(from, count - at);
#pragma unroll
        for (int i = 0; i < kCount; i++) sum = fma(static_cast<double>(g.at[i]), static_cast<double>(g.at[i]), sum);
    }
    sum = block_sum<kThreads>(sum, shared);
    if (threadIdx.x == 0) args.partial[blockIdx.x] = sum;
}
#endif

#ifdef SPA_ENTRY_GRADIENT_NORM_FINISH
extern "C" __global__ void __launch_bounds__(kFinishThreads) gradient_norm_finish(const __grid_constant__ GradientNormFinishArgs args) {
    __shared__ double shared[kFinishThreads / 32];
    double sum = 0;
#pragma unroll 8
    for (int i = threadIdx.x; i < args.partials; i += kFinishThreads) sum += args.partial[i];
    sum = block_sum<kFinishThreads>(sum, shared);
    if (threadIdx.x == 0) *args.norm = static_cast<float>(sqrt(sum));
}
#endif
