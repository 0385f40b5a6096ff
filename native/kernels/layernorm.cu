// forward: output = residual + (x - mean) rstd weight + bias, rstd = 1 / sqrt(mean((x - mean)^2) + epsilon).
// backward: g = dout weight, xhat = (x - mean) rstd: dinput = rstd (g - mean(g) - xhat mean(g xhat)); dweight = sum over rows of dout xhat,
// dbias = sum over rows of dout.
//
// x, residual, output, dout, dinput [T, C], weight, bias [1, C], statistics [T, 2] float32: mean and rstd, all that is saved. output may
// be the residual, dinput may be dout. The variance is taken around the mean, from the row in registers. Moves 3 elements of each of
// T C forward (2 without residual), 3 backward (4 when it adds). dweight, dbias: partial sums of blocks as in rmsnorm.cu.
#include "common/norm.cuh"

struct LayerNormForwardArgs {
    Activation* output;             // [T, C]
    float* statistics;              // [T, 2]; null: not wanted
    const Activation* input;        // [T, C]
    const Weight* weight;           // [1, C]
    const Weight* bias;             // [1, C]
    const Activation* residual;     // [T, C]; null: none
    int items;                      // T
    int width;                      // C
    int outputStride;
    int statisticsStride;
    int inputStride;
    int residualStride;
    int isWide;
    float epsilon;

    __device__ __forceinline__ void store(Activation* to, const Activation* skip, const Floats<kCount>& x, float mean, float rstd, int at) const {
        const Floats<kCount> w = load_weights(weight, at, width, 0), b = load_weights(bias, at, width, 0);
        Floats<kCount> y;
#pragma unroll
        for (int i = 0; i < kCount; i++) y.at[i] = fmaf((x.at[i] - mean) * rstd, w.at[i], b.at[i]);
        if (skip != nullptr) {
            const Floats<kCount> addend = load_floats<kVector, kCount>(skip + at, width - at);
#pragma unroll
            for (int i = 0; i < kCount; i++) y.at[i] += addend.at[i];
        }
        store_floats<kVector, kCount>(to + at, y, width - at);
    }
};
static_assert(sizeof(LayerNormForwardArgs) == 80);

struct LayerNormBackwardArgs {
    Activation* dinput;             // [T, C]
    float* weightPartial;           // [gridDim.x, C]; null: dweight is not wanted
    float* biasPartial;             // [gridDim.x, C]; null: dbias is not wanted
    const Activation* dout;         // [T, C]
    const Activation* input;        // [T, C]
    const Weight* weight;           // [1, C]
    const float* statistics;        // [T, 2]
    int items;
    int width;
    int dinputStride;
    int doutStride;
    int inputStride;
    int statisticsStride;
    int isWide;
    int accumulate;                 // 1: add to dinput

    // Adds g and g xhat to the sums of the row.
    __device__ __forceinline__ void dot(const Floats<kCount>& d, const Floats<kCount>& x, float mean, float rstd, int at, float& sum, float& product) const {
        const Floats<kCount> w = load_weights(weight, at, width, 0);
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            const float g = d.at[i] * w.at[i];
            sum += g;
            product = fmaf(g, (x.at[i] - mean) * rstd, product);
        }
    }

    __device__ __forceinline__ void store(Activation* to, const Floats<kCount>& d, const Floats<kCount>& x, float mean, float rstd, float meanOfG, float c,
                                          int at) const {
        const Floats<kCount> w = load_weights(weight, at, width, 0);
        Floats<kCount> dx;
#pragma unroll
        for (int i = 0; i < kCount; i++) dx.at[i] = fmaf(c, (x.at[i] - mean) * rstd, d.at[i] * w.at[i] - meanOfG) * rstd;
        if (accumulate) {
            const Floats<kCount> old = load_floats<kVector, kCount>(to + at, width - at);
#pragma unroll
            for (int i = 0; i < kCount; i++) dx.at[i] += old.at[i];
        }
        store_floats<kVector, kCount>(to + at, dx, width - at);
    }

    // Behind the registers the block's own rows of the partial sums hold them.
    __device__ __forceinline__ void add_behind(float* partial, const Floats<kCount>& addend, int at, bool isFirst) const {
        if (partial == nullptr) return;
        Floats<kCount> sum = {};
        if (!isFirst) sum = load_floats<kVector, kCount>(partial + at, width - at);
#pragma unroll
        for (int i = 0; i < kCount; i++) sum.at[i] += addend.at[i];
        store_floats<kVector, kCount>(partial + at, sum, width - at);
    }
};
static_assert(sizeof(LayerNormBackwardArgs) == 88);

// xhat of the elements that exist; 0 behind them, where x - mean would not be.
__device__ __forceinline__ float centred_square_sum(const Floats<kCount>& x, float mean, int count) {
    float sum = 0;
#pragma unroll
    for (int i = 0; i < kCount; i++) {
        const float centred = kVector || i < count ? x.at[i] - mean : 0;
        sum = fmaf(centred, centred, sum);
    }
    return sum;
}

__device__ __forceinline__ float plain_sum(const Floats<kCount>& x) {
    float sum = 0;
#pragma unroll
    for (int i = 0; i < kCount; i++) sum += x.at[i];
    return sum;
}

#ifdef SPA_ENTRY_LAYERNORM_FORWARD
extern "C" __global__ void __launch_bounds__(kThreads) layernorm_forward(const __grid_constant__ LayerNormForwardArgs args) {
    __shared__ float sums[kWarps], squares[kWarps];
    const Team team(args.isWide);
    const int row = team.index(), width = args.width;
    if (row >= args.items) return;
    const Activation* input = args.input + static_cast<long long>(row) * args.inputStride;

    // Read the row once and sum it.
    Chunk<Activation, kCount> kept[kKept];
#pragma unroll
    for (int k = 0; k < kKept; k++) {
        kept[k] = {};
        if (team.chunk(k) < width) kept[k] = load_chunk<kVector, kCount>(input + team.chunk(k), width - team.chunk(k));
    }
    float sum = 0;
#pragma unroll
    for (int k = 0; k < kKept; k++) sum += plain_sum(widen(kept[k]));
    for (int at = team.chunk(kKept); at < width; at += team.size * kCount) sum += plain_sum(load_floats<kVector, kCount>(input + at, width - at));
    const float mean = team.sum(sum, sums) / width;

    // Sum the squares around the mean.
    float square = 0;
#pragma unroll
    for (int k = 0; k < kKept; k++)
        if (team.chunk(k) < width) square += centred_square_sum(widen(kept[k]), mean, width - team.chunk(k));
    for (int at = team.chunk(kKept); at < width; at += team.size * kCount)
        square += centred_square_sum(load_floats<kVector, kCount>(input + at, width - at), mean, width - at);
    const float rstd = 1.0f / sqrtf(team.sum(square, squares) / width + args.epsilon);
    if (args.statistics != nullptr && team.lane == 0) {
        float* statistics = args.statistics + static_cast<long long>(row) * args.statisticsStride;
        statistics[0] = mean, statistics[1] = rstd;
    }

    // Scale, shift, and add the residual.
    Activation* output = args.output + static_cast<long long>(row) * args.outputStride;
    const Activation* residual = args.residual == nullptr ? nullptr : args.residual + static_cast<long long>(row) * args.residualStride;
#pragma unroll
    for (int k = 0; k < kKept; k++)
        if (team.chunk(k) < width) args.store(output, residual, widen(kept[k]), mean, rstd, team.chunk(k));
    for (int at = team.chunk(kKept); at < width; at += team.size * kCount)
        args.store(output, residual, load_floats<kVector, kCount>(input + at, width - at), mean, rstd, at);
}
#endif

#ifdef SPA_ENTRY_LAYERNORM_BACKWARD
extern "C" __global__ void __launch_bounds__(kThreads) layernorm_backward(const __grid_constant__ LayerNormBackwardArgs args) {
    // The sums of two rows in turn: a warp may be a row ahead of another, never two, because each row has a barrier.
    __shared__ float sums[2][kWarps], products[2][kWarps];
    __shared__ float combined[kKept * 32 * kCount];
    const Team team(args.isWide);
    const int width = args.width;
    Floats<kCount> dweight[kKept] = {}, dbias[kKept] = {};
    float* weightPartial = args.weightPartial == nullptr ? nullptr : args.weightPartial + static_cast<long long>(blockIdx.x) * width;
    float* biasPartial = args.biasPartial == nullptr ? nullptr : args.biasPartial + static_cast<long long>(blockIdx.x) * width;

    for (int row = team.index(), turn = 0; row < args.items; row += team.teams(), turn ^= 1) {
        const Activation* dout = args.dout + static_cast<long long>(row) * args.doutStride;
        const Activation* input = args.input + static_cast<long long>(row) * args.inputStride;
        Activation* dinput = args.dinput + static_cast<long long>(row) * args.dinputStride;
        const float* statistics = args.statistics + static_cast<long long>(row) * args.statisticsStride;
        const float mean = statistics[0], rstd = statistics[1];

        // Read both rows once.
        Chunk<Activation, kCount> d[kKept], x[kKept];
#pragma unroll
        for (int k = 0; k < kKept; k++) {
            const int at = team.chunk(k);
            d[k] = {}, x[k] = {};
            if (at < width) {
                d[k] = load_chunk<kVector, kCount>(dout + at, width - at);
                x[k] = load_chunk<kVector, kCount>(input + at, width - at);
            }
        }

        // Sum g and g xhat, and what this row adds to dweight and dbias.
        float sum = 0, product = 0;
#pragma unroll
        for (int k = 0; k < kKept; k++) {
            if (team.chunk(k) >= width) continue;
            const Floats<kCount> dk = widen(d[k]), xk = widen(x[k]);
            args.dot(dk, xk, mean, rstd, team.chunk(k), sum, product);
#pragma unroll
            for (int i = 0; i < kCount; i++) {
                dweight[k].at[i] = fmaf(dk.at[i], (xk.at[i] - mean) * rstd, dweight[k].at[i]);
                dbias[k].at[i] += dk.at[i];
            }
        }
        for (int at = team.chunk(kKept); at < width; at += team.size * kCount) {
            const Floats<kCount> dk = load_floats<kVector, kCount>(dout + at, width - at);
            Floats<kCount> xk = load_floats<kVector, kCount>(input + at, width - at);
            args.dot(dk, xk, mean, rstd, at, sum, product);
#pragma unroll
            for (int i = 0; i < kCount; i++) xk.at[i] = dk.at[i] * ((xk.at[i] - mean) * rstd);
            args.add_behind(weightPartial, xk, at, row == team.index());
            args.add_behind(biasPartial, dk, at, row == team.index());
        }
        const float meanOfG = team.sum(sum, sums[turn]) / width, c = -(team.sum(product, products[turn]) / width);

        // Write dinput. Where it lies on dout, a thread overwrites only what it has read.
#pragma unroll
        for (int k = 0; k < kKept; k++)
            if (team.chunk(k) < width) args.store(dinput, widen(d[k]), widen(x[k]), mean, rstd, meanOfG, c, team.chunk(k));
        for (int at = team.chunk(kKept); at < width; at += team.size * kCount)
            args.store(dinput, load_floats<kVector, kCount>(dout + at, width - at), load_floats<kVector, kCount>(input + at, width - at), mean, rstd, meanOfG, c, at);
    }
    if (weightPartial != nullptr) write_partial(weightPartial, dweight, width, team, combined);
    // The second pass through the same buffer begins only when the first has been read.
    __syncthreads();
    if (biasPartial != nullptr) write_partial(biasPartial, dbias, width, team, combined);
}
#endif
