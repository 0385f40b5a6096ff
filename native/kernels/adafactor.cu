// One Adafactor update of a parameter [R, C] (Shazeer and Stern 2018, "Adafactor: adaptive learning rates with sublinear memory cost"), as
// transformers computes it with scale_parameter and relative_step off. g is the clipped gradient, b the decay 1 - t^-0.8:
//   rows [R] = b rows + (1 - b)(mean over columns of g^2 + eps); columns [C] the same over rows;
//   u = g sqrt(mean(rows) / rows) / sqrt(columns); w = w (1 - lr decay) - lr u / max(1, rms(u)).
// A vector (R = 1) has no rows, and the root of mean / rows is 1. Sums are double, in fixed orders. A norm that is not finite skips the update.
//   adafactor_rows:    a warp a row, a lane every 32nd column in order, then a tree. Reads 4 bytes of each element.
//   adafactor_columns: a thread a column of a range of rows: partial sums. Reads 4 bytes of each element.
//   adafactor_factors: adds the partial sums in order; factors [C] = 1 / sqrt(columns). Its first block also finds the mean of rows.
//   adafactor_squares: a warp a row: squares [R] = sum of u^2. Reads 4 bytes of each element.
//   adafactor_scale:   one block: stepSize = -lr / max(1, rms(u)).
//   adafactor_update:  a warp a row: the weights. Moves 12 bytes of each element, 14 with bfloat16 weights.
#include "common/clip.cuh"
#include "common/reduce.cuh"
#include "common/types.cuh"

[[maybe_unused]] constexpr bool kWeightBf16 = SPA_WEIGHT_BF16;
[[maybe_unused]] constexpr int kThreads = 256;
[[maybe_unused]] constexpr int kScaleThreads = 1024;

struct AdafactorArgs {
    bf16* weights;              // [R, C]; bfloat16 only
    float* master;              // [R, C]
    const float* gradients;     // [R, C]
    float* rows;                // [R], or null
    float* columns;             // [C]
    const float* norm;          // [1]
    double* partial;            // [partials, C]
    double* squares;            // [R]
    float* factors;             // [C]
    float* scalars;             // mean of rows, stepSize
    double decay;               // b
    double epsilon;
    double stepSize;            // -lr
    int rowCount;               // R
    int columnCount;            // C
    int partials;
    int rowsPerPartial;
    float keep;                 // 1 - lr decay
    float maxNorm;              // 0: no clipping
};
static_assert(sizeof(AdafactorArgs) == 128);

// What a row's gradients are multiplied by, beside the columns' factors.
__device__ __forceinline__ float row_factor(const AdafactorArgs& args, int row, float clip) {
    return args.rows == nullptr ? clip : clip * sqrtf(args.scalars[0] / args.rows[row]);
}

#ifdef SPA_ENTRY_ADAFACTOR_ROWS
extern "C" __global__ void __launch_bounds__(kThreads) adafactor_rows(const __grid_constant__ AdafactorArgs args) {
    const int row = blockIdx.x * (kThreads / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
    if (row >= args.rowCount || !isfinite(*args.norm)) return;
    const float* g = args.gradients + static_cast<long long>(row) * args.columnCount;
    double sum = 0;
    // Four loads in flight.
#pragma unroll 4
    for (int i = lane; i < args.columnCount; i += 32) sum = fma(static_cast<double>(g[i]), static_cast<double>(g[i]), sum);
    sum = warp_sum(sum);
    const double clip = clip_by_norm(args.maxNorm, args.norm);
    if (lane == 0) args.rows[row] = static_cast<float>(args.decay * args.rows[row] + (1 - args.decay) * (sum * (clip * clip) / args.columnCount + args.epsilon));
}
#endif

#ifdef SPA_ENTRY_ADAFACTOR_COLUMNS
extern "C" __global__ void __launch_bounds__(kThreads) adafactor_columns(const __grid_constant__ AdafactorArgs args) {
    const int column = blockIdx.x * kThreads + threadIdx.x;
    if (column >= args.columnCount) return;
    const int first = blockIdx.y * args.rowsPerPartial, last = min(args.rowCount, first + args.rowsPerPartial);
    const float* g = args.gradients + static_cast<long long>(first) * args.columnCount + column;
    double sum = 0;
#pragma unroll 4
    for (int row = first; row < last; row++, g += args.columnCount) sum = fma(static_cast<double>(*g), static_cast<double>(*g), sum);
    args.partial[static_cast<long long>(blockIdx.y) * args.columnCount + column] = sum;
}
#endif

#ifdef SPA_ENTRY_ADAFACTOR_FACTORS
extern "C" __global__ void __launch_bounds__(kThreads) adafactor_factors(const __grid_constant__ AdafactorArgs args) {
    __shared__ double shared[kThreads / 32];
    if (!isfinite(*args.norm)) return;
    const int column = blockIdx.x * kThreads + threadIdx.x;
    if (column < args.columnCount) {
        double sum = 0;
        for (int i = 0; i < args.partials; i++) sum += args.partial[static_cast<long long>(i) * args.columnCount + column];
        const double clip = clip_by_norm(args.maxNorm, args.norm);
        const float value = static_cast<float>(args.decay * args.columns[column] + (1 - args.decay) * (sum * (clip * clip) / args.rowCount + args.epsilon));
        args.columns[column] = value;
        args.factors[column] = static_cast<float>(1 / sqrt(static_cast<double>(value)));
    }
    if (blockIdx.x > 0 || args.rows == nullptr) return;

    // The mean of the new row statistics, which an earlier launch made.
    double mean = 0;
    for (int row = threadIdx.x; row < args.rowCount; row += kThreads) mean += args.rows[row];
    mean = block_sum<kThreads>(mean, shared);
    if (threadIdx.x == 0) args.scalars[0] = static_cast<float>(mean / args.rowCount);
}
#endif

#ifdef SPA_ENTRY_ADAFACTOR_SQUARES
extern "C" __global__ void __launch_bounds__(kThreads) adafactor_squares(const __grid_constant__ AdafactorArgs args) {
    const int row = blockIdx.x * (kThreads / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
    if (row >= args.rowCount || !isfinite(*args.norm)) return;
    const float* g = args.gradients + static_cast<long long>(row) * args.columnCount;
    const float factor = row_factor(args, row, clip_by_norm(args.maxNorm, args.norm));
    double sum = 0;
#pragma unroll 4
    for (int i = lane; i < args.columnCount; i += 32) {
        const double u = g[i] * factor * args.factors[i];
        sum = fma(u, u, sum);
    }
    sum = warp_sum(sum);
    if (lane == 0) args.squares[row] = sum;
}
#endif

#ifdef SPA_ENTRY_ADAFACTOR_SCALE
extern "C" __global__ void __launch_bounds__(kScaleThreads) adafactor_scale(const __grid_constant__ AdafactorArgs args) {
    __shared__ double shared[kScaleThreads / 32];
    if (!isfinite(*args.norm)) return;
    double sum = 0;
    for (int row = threadIdx.x; row < args.rowCount; row += kScaleThreads) sum += args.squares[row];
    sum = block_sum<kScaleThreads>(sum, shared);
    if (threadIdx.x > 0) return;
    const double rms = sqrt(sum / (static_cast<double>(args.rowCount) * args.columnCount));
    args.scalars[1] = static_cast<float>(args.stepSize / (rms > 1 ? rms : 1));
}
#endif

#ifdef SPA_ENTRY_ADAFACTOR_UPDATE
extern "C" __global__ void __launch_bounds__(kThreads) adafactor_update(const __grid_constant__ AdafactorArgs args) {
    const int row = blockIdx.x * (kThreads / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
    if (row >= args.rowCount || !isfinite(*args.norm)) return;
    const long long first = static_cast<long long>(row) * args.columnCount;
    const float factor = row_factor(args, row, clip_by_norm(args.maxNorm, args.norm)), stepSize = args.scalars[1];
#pragma unroll 4
    for (int i = lane; i < args.columnCount; i += 32) {
        const float u = args.gradients[first + i] * factor * args.factors[i];
        const float w = fmaf(u, stepSize, __fmul_rn(args.master[first + i], args.keep));
        args.master[first + i] = w;
        if constexpr (kWeightBf16) args.weights[first + i] = to_bf16(w);
    }
}
#endif
