// forward: output = residual + x rstd w, rstd = 1 / sqrt(mean(x^2) + epsilon), w = weight or 1 + weight, by groups of G in a row.
// backward: g = dout w, xhat = x rstd: dinput = rstd (g - xhat mean(g xhat)); dweight = sum over rows of dout xhat.
//
// x, residual, output, dout, dinput [T, C], weight [1, G], rstd [T, C / G] float32 (all that is saved). output may be the residual, dinput
// may be dout. Moves 3 elements of each of T C forward (2 without residual), 3 backward (4 when it adds to dinput).
// dweight: each block sums its groups in order, writes partial [gridDim.x, G], and partials.cu adds those in order.
#include "common/norm.cuh"

struct RmsNormForwardArgs {
    Activation* output;             // [T, C]
    float* rstd;                    // [T, C / G]; null: not wanted
    const Activation* input;        // [T, C]
    const Weight* weight;           // [1, G]
    const Activation* residual;     // [T, C]; null: none
    int items;                      // T C / G
    int groups;                     // C / G
    int width;                      // G
    int outputStride;
    int rstdStride;
    int inputStride;
    int residualStride;
    int isWide;
    float epsilon;
    float offset;                   // 1 or 0, added to the weight

    __device__ __forceinline__ void store(Activation* to, const Activation* skip, const Floats<kCount>& x, float scale, int at) const {
        const Floats<kCount> w = load_weights(weight, at, width, offset);
        Floats<kCount> y;
#pragma unroll
        for (int i = 0; i < kCount; i++) y.at[i] = x.at[i] * scale * w.at[i];
        if (skip != nullptr) {
            const Floats<kCount> addend = load_floats<kVector, kCount>(skip + at, width - at);
#pragma unroll
            for (int i = 0; i < kCount; i++) y.at[i] += addend.at[i];
        }
        store_floats<kVector, kCount>(to + at, y, width - at);
    }
};
static_assert(sizeof(RmsNormForwardArgs) == 80);

struct RmsNormBackwardArgs {
    Activation* dinput;             // [T, C]
    float* partial;                 // [gridDim.x, G]; null: dweight is not wanted
    const Activation* dout;         // [T, C]
    const Activation* input;        // [T, C]
    const Weight* weight;           // [1, G]
    const float* rstd;              // [T, C / G]
    int items;
    int groups;
    int width;
    int dinputStride;
    int doutStride;
    int inputStride;
    int rstdStride;
    int isWide;
    int accumulate;                 // 1: add to dinput
    float offset;

    __device__ __forceinline__ float dot(const Floats<kCount>& d, const Floats<kCount>& x, int at) const {
        const Floats<kCount> w = load_weights(weight, at, width, offset);
        float sum = 0;
#pragma unroll
        for (int i = 0; i < kCount; i++) sum = fmaf(d.at[i] * w.at[i], x.at[i], sum);
        return sum;
    }

    // dinput = scale g + c x, with c = -mean(g xhat) scale^2.
    __device__ __forceinline__ void store(Activation* to, const Floats<kCount>& d, const Floats<kCount>& x, float scale, float c, int at) const {
        const Floats<kCount> w = load_weights(weight, at, width, offset);
        Floats<kCount> dx;
#pragma unroll
        for (int i = 0; i < kCount; i++) dx.at[i] = fmaf(c, x.at[i], d.at[i] * w.at[i] * scale);
        if (accumulate) {
            const Floats<kCount> old = load_floats<kVector, kCount>(to + at, width - at);
#pragma unroll
            for (int i = 0; i < kCount; i++) dx.at[i] += old.at[i];
        }
        store_floats<kVector, kCount>(to + at, dx, width - at);
    }
};
static_assert(sizeof(RmsNormBackwardArgs) == 88);

__device__ __forceinline__ float square_sum(const Floats<kCount>& x) {
    float sum = 0;
#pragma unroll
    for (int i = 0; i < kCount; i++) sum = fmaf(x.at[i], x.at[i], sum);
    return sum;
}

#ifdef SPA_ENTRY_RMSNORM_FORWARD
extern "C" __global__ void __launch_bounds__(kThreads) rmsnorm_forward(const __grid_constant__ RmsNormForwardArgs args) {
    __shared__ float shared[kWarps];
    const Team team(args.isWide);
    const int item = team.index(), width = args.width;
    if (item >= args.items) return;
    const int row = item / args.groups, group = item - row * args.groups;
    const Activation* input = args.input + static_cast<long long>(row) * args.inputStride + group * width;

    // Read the group once and square it.
    Chunk<Activation, kCount> kept[kKept];
#pragma unroll
    for (int k = 0; k < kKept; k++) {
        kept[k] = {};
        if (team.chunk(k) < width) kept[k] = load_chunk<kVector, kCount>(input + team.chunk(k), width - team.chunk(k));
    }
    float sum = 0;
#pragma unroll
    for (int k = 0; k < kKept; k++) sum += square_sum(widen(kept[k]));
    for (int at = team.chunk(kKept); at < width; at += team.size * kCount) sum += square_sum(load_floats<kVector, kCount>(input + at, width - at));
    const float rstd = 1.0f / sqrtf(team.sum(sum, shared) / width + args.epsilon);
    if (args.rstd != nullptr && team.lane == 0) args.rstd[static_cast<long long>(row) * args.rstdStride + group] = rstd;

    // Scale, and add the residual.
    Activation* output = args.output + static_cast<long long>(row) * args.outputStride + group * width;
    const Activation* residual = args.residual == nullptr ? nullptr : args.residual + static_cast<long long>(row) * args.residualStride + group * width;
#pragma unroll
    for (int k = 0; k < kKept; k++)
        if (team.chunk(k) < width) args.store(output, residual, widen(kept[k]), rstd, team.chunk(k));
    for (int at = team.chunk(kKept); at < width; at += team.size * kCount)
        args.store(output, residual, load_floats<kVector, kCount>(input + at, width - at), rstd, at);
}
#endif

#ifdef SPA_ENTRY_RMSNORM_BACKWARD
// Two blocks hide the latency of a multiprocessor's reads; element by element the addresses take too many registers for that.
extern "C" __global__ void __launch_bounds__(kThreads, kVector ? 2 : 1) rmsnorm_backward(const __grid_constant__ RmsNormBackwardArgs args) {
    // The sums of two groups in turn: a warp may be a group ahead of another, never two, because each group has a barrier.
    __shared__ float shared[2][kWarps];
    __shared__ float combined[kKept * 32 * kCount];
    const Team team(args.isWide);
    const int width = args.width;
    Floats<kCount> dweight[kKept] = {};
    float* partial = args.partial == nullptr ? nullptr : args.partial + static_cast<long long>(blockIdx.x) * width;

    for (int item = team.index(), turn = 0; item < args.items; item += team.teams(), turn ^= 1) {
        const int row = item / args.groups, group = item - row * args.groups;
        const Activation* dout = args.dout + static_cast<long long>(row) * args.doutStride + group * width;
        const Activation* input = args.input + static_cast<long long>(row) * args.inputStride + group * width;
        Activation* dinput = args.dinput + static_cast<long long>(row) * args.dinputStride + group * width;
        const float rstd = args.rstd[static_cast<long long>(row) * args.rstdStride + group];

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

        // Sum g x, and what this group adds to dweight.
        float sum = 0;
#pragma unroll
        for (int k = 0; k < kKept; k++) {
            if (team.chunk(k) >= width) continue;
            const Floats<kCount> dk = widen(d[k]), xk = widen(x[k]);
            sum += args.dot(dk, xk, team.chunk(k));
#pragma unroll
            for (int i = 0; i < kCount; i++) dweight[k].at[i] = fmaf(dk.at[i] * xk.at[i], rstd, dweight[k].at[i]);
        }
        for (int at = team.chunk(kKept); at < width; at += team.size * kCount) {
            const Floats<kCount> dk = load_floats<kVector, kCount>(dout + at, width - at), xk = load_floats<kVector, kCount>(input + at, width - at);
            sum += args.dot(dk, xk, at);
            if (partial == nullptr) continue;
            // Behind the registers the block's own row of partial holds the sums; the same thread comes back to the same elements.
            Floats<kCount> old = {};
            if (item != team.index()) old = load_floats<kVector, kCount>(partial + at, width - at);
#pragma unroll
            for (int i = 0; i < kCount; i++) old.at[i] = fmaf(dk.at[i] * xk.at[i], rstd, old.at[i]);
            store_floats<kVector, kCount>(partial + at, old, width - at);
        }
        const float c = -(team.sum(sum, shared[turn]) / width * rstd * rstd * rstd);

        // Write dinput. Where it lies on dout, a thread overwrites only what it has read.
#pragma unroll
        for (int k = 0; k < kKept; k++)
            if (team.chunk(k) < width) args.store(dinput, widen(d[k]), widen(x[k]), rstd, c, team.chunk(k));
        for (int at = team.chunk(kKept); at < width; at += team.size * kCount)
            args.store(dinput, load_floats<kVector, kCount>(dout + at, width - at), load_floats<kVector, kCount>(input + at, width - at), rstd, c, at);
    }
    if (partial != nullptr) write_partial(partial, dweight, width, team, combined);
}
#endif
