// bfloat16 as unsigned short: the upper half of a float32, rounded to nearest even.
#pragma once

__device__ __forceinline__ float float_of(float value) { return value; }

__device__ __forceinline__ float float_of(unsigned short value) { return __uint_as_float(static_cast<unsigned>(value) << 16); }

__device__ __forceinline__ unsigned short bf16_of(float value)
{
    unsigned short result;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(value));
    return result;
}

__device__ __forceinline__ unsigned pack_bf16(float low, float high)
{
    unsigned result;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(high), "f"(low));
    return result;
}
