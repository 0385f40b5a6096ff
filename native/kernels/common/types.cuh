// Element types and vector access. bfloat16 is an unsigned short: the upper half of a float32, rounded to nearest even.
// Arithmetic is float32; a kernel widens what it loads and narrows what it stores.
#pragma once

typedef unsigned short bf16;

__device__ __forceinline__ float to_float(float value) { return value; }

__device__ __forceinline__ float to_float(bf16 value) { return __uint_as_float(static_cast<unsigned>(value) << 16); }

// The halves of a packed pair; the first of two neighbours lies in the lower half.
__device__ __forceinline__ float bf16_low(unsigned pair) { return __uint_as_float(pair << 16); }

__device__ __forceinline__ float bf16_high(unsigned pair) { return __uint_as_float(pair & 0xffff0000u); }

__device__ __forceinline__ bf16 to_bf16(float value) {
    bf16 result;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(value));
    return result;
}

__device__ __forceinline__ unsigned pack_bf16(float low, float high) {
    unsigned result;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(high), "f"(low));
    return result;
}

// Storage type of a tensor that a -D macro describes.
template <bool kIsBf16>
struct ElementOf {
    typedef float Type;
};
template <>
struct ElementOf<true> {
    typedef bf16 Type;
};
template <bool kIsBf16>
using Element = typename ElementOf<kIsBf16>::Type;

__device__ __forceinline__ void store_as(float* to, float value) { *to = value; }

__device__ __forceinline__ void store_as(bf16* to, float value) { *to = to_bf16(value); }

// kCount neighbouring float32 values in registers.
template <int kCount>
struct Floats {
    float at[kCount];
};

// kCount neighbouring elements as they lie in memory: holding a row like this takes half the registers for bfloat16.
template <typename T, int kCount>
struct Chunk {
    static constexpr int kWords = kCount * static_cast<int>(sizeof(T)) / 4;
    static_assert(kWords >= 1);
    unsigned words[kWords];
};

// The largest access that kWords words allow: 16, 8 or 4 bytes.
template <int kWords>
__device__ __forceinline__ void load_words(unsigned (&to)[kWords], const void* from) {
    if constexpr (kWords % 4 == 0) {
#pragma unroll
        for (int i = 0; i < kWords / 4; i++) {
            const uint4 four = static_cast<const uint4*>(from)[i];
            to[4 * i] = four.x, to[4 * i + 1] = four.y, to[4 * i + 2] = four.z, to[4 * i + 3] = four.w;
        }
    } else if constexpr (kWords == 2) {
        const uint2 two = *static_cast<const uint2*>(from);
        to[0] = two.x, to[1] = two.y;
    } else {
        static_assert(kWords == 1);
        to[0] = *static_cast<const unsigned*>(from);
    }
}

template <int kWords>
__device__ __forceinline__ void store_words(void* to, const unsigned (&from)[kWords]) {
    if constexpr (kWords % 4 == 0) {
#pragma unroll
        for (int i = 0; i < kWords / 4; i++)
            static_cast<uint4*>(to)[i] = make_uint4(from[4 * i], from[4 * i + 1], from[4 * i + 2], from[4 * i + 3]);
    } else if constexpr (kWords == 2) {
        *static_cast<uint2*>(to) = make_uint2(from[0], from[1]);
    } else {
        static_assert(kWords == 1);
        *static_cast<unsigned*>(to) = from[0];
    }
}

// Elements [0, count) of a chunk; the rest is 0. kVector: all of them exist and the address is aligned to the chunk (at most 16 bytes).
template <bool kVector, int kCount, typename T>
__device__ __forceinline__ Chunk<T, kCount> load_chunk(const T* from, int count) {
    Chunk<T, kCount> chunk;
    if constexpr (kVector) {
        load_words(chunk.words, from);
    } else if constexpr (sizeof(T) == 2) {
#pragma unroll
        for (int i = 0; i < kCount; i += 2) {
            const unsigned low = i < count ? from[i] : 0, high = i + 1 < count ? from[i + 1] : 0;
            chunk.words[i / 2] = high << 16 | low;
        }
    } else {
#pragma unroll
        for (int i = 0; i < kCount; i++) chunk.words[i] = i < count ? reinterpret_cast<const unsigned*>(from)[i] : 0;
    }
    return chunk;
}

template <bool kVector, int kCount, typename T>
__device__ __forceinline__ void store_chunk(T* to, const Chunk<T, kCount>& chunk, int count) {
    if constexpr (kVector) {
        store_words(to, chunk.words);
    } else if constexpr (sizeof(T) == 2) {
#pragma unroll
        for (int i = 0; i < kCount; i += 2) {
            if (i < count) to[i] = static_cast<bf16>(chunk.words[i / 2]);
            if (i + 1 < count) to[i + 1] = static_cast<bf16>(chunk.words[i / 2] >> 16);
        }
    } else {
#pragma unroll
        for (int i = 0; i < kCount; i++)
            if (i < count) reinterpret_cast<unsigned*>(to)[i] = chunk.words[i];
    }
}

template <int kCount>
__device__ __forceinline__ Floats<kCount> widen(const Chunk<float, kCount>& chunk) {
    Floats<kCount> values;
#pragma unroll
    for (int i = 0; i < kCount; i++) values.at[i] = __uint_as_float(chunk.words[i]);
    return values;
}

template <int kCount>
__device__ __forceinline__ Floats<kCount> widen(const Chunk<bf16, kCount>& chunk) {
    Floats<kCount> values;
#pragma unroll
    for (int i = 0; i < kCount; i += 2) {
        values.at[i] = bf16_low(chunk.words[i / 2]);
        values.at[i + 1] = bf16_high(chunk.words[i / 2]);
    }
    return values;
}

template <int kCount>
__device__ __forceinline__ void narrow(Chunk<float, kCount>& chunk, const Floats<kCount>& values) {
#pragma unroll
    for (int i = 0; i < kCount; i++) chunk.words[i] = __float_as_uint(values.at[i]);
}

template <int kCount>
__device__ __forceinline__ void narrow(Chunk<bf16, kCount>& chunk, const Floats<kCount>& values) {
#pragma unroll
    for (int i = 0; i < kCount; i += 2) chunk.words[i / 2] = pack_bf16(values.at[i], values.at[i + 1]);
}

template <bool kVector, int kCount, typename T>
__device__ __forceinline__ Floats<kCount> load_floats(const T* from, int count) {
    return widen(load_chunk<kVector, kCount>(from, count));
}

template <bool kVector, int kCount, typename T>
__device__ __forceinline__ void store_floats(T* to, const Floats<kCount>& values, int count) {
    Chunk<T, kCount> chunk;
    narrow(chunk, values);
    store_chunk<kVector, kCount>(to, chunk, count);
}
