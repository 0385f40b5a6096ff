// The function on the gate of an MLP and its slope. bfloat16 takes the fast exponential and division (relative error about 1e-6, a
// thousandth of a rounding); float32 takes the exact ones.
#pragma once

// The values of ActivationKind.cs.
constexpr int kSilu = 0;
constexpr int kGeluTanh = 1;
constexpr int kGeluErf = 2;
constexpr int kRelu = 3;

template <bool kFast>
__device__ __forceinline__ float exponential(float x) {
    return kFast ? __expf(x) : expf(x);
}

// exp(-x) may overflow to infinity, whose reciprocal is the 0 that is meant.
template <bool kFast>
__device__ __forceinline__ float sigmoid(float x) {
    const float denominator = 1.0f + exponential<kFast>(-x);
    return kFast ? __fdividef(1.0f, denominator) : 1.0f / denominator;
}

// act(x) and act'(x).
//   silu:      x s, s = sigmoid(x);                                       slope s (1 + x (1 - s))
//   gelu tanh: x s(2u), u = sqrt(2/pi) (x + 0.044715 x^3), because (1 + tanh u) / 2 = s(2u) has no cancellation below 0
//   gelu erf:  x F, F = (1 + erf(x / sqrt 2)) / 2;                        slope F + x f, f the normal density
//   relu:      max(x, 0), a NaN stays;                                    slope 0 at 0
template <int kKind, bool kFast>
__device__ __forceinline__ float activation(float x, float& slope) {
    if constexpr (kKind == kSilu) {
        const float s = sigmoid<kFast>(x), value = x * s;
        slope = fmaf(value, 1.0f - s, s);
        return value;
    } else if constexpr (kKind == kGeluTanh) {
        // 2 sqrt(2 / pi), and that times 0.044715.
        constexpr float kRoot = 1.59576912f, kCubic = 0.0713548163f;
        const float square = x * x, s = sigmoid<kFast>(x * fmaf(square, kCubic, kRoot)), value = x * s;
        slope = fmaf(value * (1.0f - s), fmaf(square, 3 * kCubic, kRoot), s);
        return value;
    } else if constexpr (kKind == kGeluErf) {
        const float distribution = fmaf(erff(x * 0.707106781f), 0.5f, 0.5f);
        slope = fmaf(x, exponential<kFast>(-0.5f * x * x) * 0.398942280f, distribution);
        return x * distribution;
    } else {
        static_assert(kKind == kRelu);
        slope = x > 0 ? 1.0f : 0.0f;
        return x < 0 ? 0.0f : x;
    }
}
