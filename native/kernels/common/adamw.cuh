// The arithmetic of an AdamW update (Loshchilov and Hutter 2019), rounded step by step as on the CPU, so the bits are the same there.
//   w = w (1 - lr decay); m += (1 - b1)(g - m); v = b2 v + (1 - b2) g^2; w -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)
#pragma once

#include "common/clip.cuh"

struct AdamWFactors {
    float keep;             // 1 - lr decay
    float mRate;            // 1 - b1
    float vKeep;            // b2
    float vRate;            // 1 - b2
    float rootCorrection;   // sqrt(1 - b2^t)
    float epsilon;
    float stepSize;         // -lr / (1 - b1^t)
    float maxNorm;          // 0: no clipping
};

__device__ __forceinline__ float clip_factor(const AdamWFactors& factors, const float* norm) { return clip_by_norm(factors.maxNorm, norm); }

// One element: g the gradient as it is, w the master weight; w, m and v are replaced.
__device__ __forceinline__ void adamw(const AdamWFactors& factors, float clip, float gradient, float& w, float& m, float& v) {
    const float g = __fmul_rn(gradient, clip);
    m = fmaf(__fsub_rn(g, m), factors.mRate, m);
    v = fmaf(__fmul_rn(g, factors.vRate), g, __fmul_rn(v, factors.vKeep));
    const float denominator = __fadd_rn(__fdiv_rn(__fsqrt_rn(v), factors.rootCorrection), factors.epsilon);
    w = fmaf(__fdiv_rn(m, denominator), factors.stepSize, __fmul_rn(w, factors.keep));
}
