// Stores of 16 bytes that stay whole. Where stores to several tensors stand side by side the compiler may take one apart into four of 4 bytes (seen in NVRTC 13.0's PTX of
// glu, rotary and adamw_8bit), each of which touches as many sectors as the whole.
#pragma once
#include "common/types.cuh"

// As store_floats. to: global memory.
template <bool kVector, int kCount, typename T>
__device__ __forceinline__ void store_whole(T* to, const Floats<kCount>& values, int count) {
    if constexpr (kVector && Chunk<T, kCount>::kWords % 4 == 0) {
        Chunk<T, kCount> chunk;
        narrow(chunk, values);
        const unsigned long long address = __cvta_generic_to_global(to);
#pragma unroll
        for (int i = 0; i < Chunk<T, kCount>::kWords; i += 4)
            asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};"
                         :
                         : "l"(address + 4 * i), "r"(chunk.words[i]), "r"(chunk.words[i + 1]), "r"(chunk.words[i + 2]), "r"(chunk.words[i + 3])
                         : "memory");
    } else {
        store_floats<kVector, kCount>(to, values, count);
    }
}
