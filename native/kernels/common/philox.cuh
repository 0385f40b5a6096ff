// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): the same integers as Philox.cs.
#pragma once

__device__ __forceinline__ uint4 philox(unsigned long long key, uint4 counter) {
    unsigned k0 = static_cast<unsigned>(key), k1 = static_cast<unsigned>(key >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        const unsigned long long a = 0xD2511F53ull * counter.x, b = 0xCD9E8D57ull * counter.z;
        counter = make_uint4(static_cast<unsigned>(b >> 32) ^ counter.y ^ k0, static_cast<unsigned>(b),
                             static_cast<unsigned>(a >> 32) ^ counter.w ^ k1, static_cast<unsigned>(a));
        // The Weyl increments: golden ratio and sqrt(3) - 1.
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return counter;
}

// Uniform in [0, 1) from the upper 24 bits: every value is a float32.
__device__ __forceinline__ float philox_uniform(unsigned word) { return (word >> 8) * (1.0f / (1 << 24)); }
