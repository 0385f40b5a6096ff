// A row of logits [V], float32 or bfloat16, read as float32 and capped on the way.
//
// exp_exact, soft_cap and order_key are the CPU's LaneMath.ExpNotPositive, LogitRows.Cap and KeySelect.Key operation by operation, so equal
// logits give equal weights, kept tokens and draws on both backends. Every rounding is written out: nothing may be contracted differently.
#pragma once
#include "types.cuh"

constexpr bool kLogitBf16 = SPA_LOGIT_BF16;
constexpr bool kCapped = SPA_CAPPED;

using Logit = Element<kLogitBf16>;

// Elements that a thread takes at a time, whether or not they can be read at once: what is added to what must not depend on alignment.
constexpr int kGroup = 4;

__device__ __forceinline__ float minus_infinity() { return __int_as_float(0xff800000); }

__device__ __forceinline__ float round_to_logit(float x)
{
    if constexpr (kLogitBf16) return to_float(to_bf16(x));
    else return x;
}

__device__ __forceinline__ float power_of_two(int n) { return __int_as_float((n + 127) << 23); }

// e^x for x at most 88 within 1.1 ulp; 0 from -104 down. NaN stays NaN.
__device__ __forceinline__ float exp_exact(float x)
{
    const float n = rintf(__fmul_rn(x, 1.44269502f));
    float r = __fmaf_rn(n, -0.693147182f, x);
    r = __fmaf_rn(n, 1.90465421e-9f, r);
    float q = __fmaf_rn(r, 0.00139411236f, 0.00836318079f);
    q = __fmaf_rn(r, q, 0.0416663736f);
    q = __fmaf_rn(r, q, 0.166665763f);
    q = __fmaf_rn(r, q, 0.5f);
    const float p = __fadd_rn(__fmaf_rn(__fmul_rn(r, r), q, r), 1.0f);
    // In two factors, so that subnormal results are rounded once.
    const int whole = __float2int_rn(n), half = whole >> 1;
    const float scaled = __fmul_rn(__fmul_rn(p, power_of_two(half)), power_of_two(whole - half));
    return x < -104.0f ? 0.0f : scaled;
}

// e^x on the special function unit, within 2 ulp of the rounded product; below 2^-126 it is 0, which no sum beside a term of 1 can tell.
__device__ __forceinline__ float exp_fast(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(__fmul_rn(x, 1.44269502f)));
    return y;
}

// cap * tanh(x / cap), tanh within 3 ulp.
__device__ __forceinline__ float soft_cap(float x, float cap)
{
    const float y = __fdiv_rn(x, cap), magnitude = fabsf(y), square = __fmul_rn(y, y);
    float p = __fmaf_rn(square, -0.00589515874f, 0.020795973f);
    p = __fmaf_rn(square, p, -0.0537838303f);
    p = __fmaf_rn(square, p, 0.133319244f);
    p = __fmaf_rn(square, p, -0.333332986f);
    const float near = __fmaf_rn(__fmul_rn(square, y), p, y);
    const float twice = __fadd_rn(magnitude, magnitude);
    const float grown = 88.72284f < twice ? __int_as_float(0x7f800000) : exp_exact(twice);
    const float far = __fsub_rn(1.0f, __fdiv_rn(2.0f, __fadd_rn(grown, 1.0f)));
    const float tanh = magnitude < 0.6f ? near : y < 0.0f ? __fsub_rn(0.0f, far) : far;
    return __fmul_rn(tanh, cap);
}

// An unsigned key that orders like the value; +0 and -0 are equal. Not for NaN.
__device__ __forceinline__ unsigned order_key(float x)
{
    const unsigned bits = __float_as_uint(__fadd_rn(x, 0.0f));
    return bits ^ (static_cast<unsigned>(static_cast<int>(bits) >> 31) | 0x80000000u);
}

__device__ __forceinline__ float value_of_key(unsigned key) { return __uint_as_float(key & 0x80000000u ? key ^ 0x80000000u : ~key); }

// One logit as every pass sees it: capped, and rounded to what is stored.
__device__ __forceinline__ float logit_at(const Logit* row, int id, float cap)
{
    const float x = to_float(row[id]);
    return kCapped ? round_to_logit(soft_cap(x, cap)) : x;
}

// Whether groups of a row can be read and written at once: 16 bytes of float32, 8 of bfloat16.
__device__ __forceinline__ bool is_aligned(const Logit* row) { return reinterpret_cast<unsigned long long>(row) % (kGroup * sizeof(Logit)) == 0; }

// Elements [at, at + kGroup) of the row as they are stored, -infinity behind its end.
__device__ __forceinline__ void load_stored(float (&x)[kGroup], const Logit* row, int at, int count, bool aligned)
{
    if (aligned && at + kGroup <= count) {
        const Floats<kGroup> all = load_floats<true, kGroup>(row + at, kGroup);
#pragma unroll
        for (int i = 0; i < kGroup; i++) x[i] = all.at[i];
    } else {
#pragma unroll
        for (int i = 0; i < kGroup; i++) x[i] = at + i < count ? to_float(row[at + i]) : minus_infinity();
    }
}

// The same as every pass sees them.
__device__ __forceinline__ void load_group(float (&x)[kGroup], const Logit* row, int at, int count, bool aligned, float cap)
{
    load_stored(x, row, at, count, aligned);
    if constexpr (kCapped) {
#pragma unroll
        for (int i = 0; i < kGroup; i++)
            if (at + i < count) x[i] = round_to_logit(soft_cap(x[i], cap));
    }
}

__device__ __forceinline__ void store_group(Logit* row, int at, int count, bool aligned, const float (&x)[kGroup])
{
    if (aligned && at + kGroup <= count) {
        store_floats<true, kGroup>(row + at, Floats<kGroup>{{x[0], x[1], x[2], x[3]}}, kGroup);
    } else {
#pragma unroll
        for (int i = 0; i < kGroup; i++)
            if (at + i < count) store_as(row + at + i, x[i]);
    }
}
