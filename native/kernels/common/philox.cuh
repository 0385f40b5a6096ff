// Philox4x32-10 (Salmon et al. 2011): four random words for a 128-bit counter under a 64-bit key; the same integers as Compute/Philox.cs.
#pragma once

__device__ __forceinline__ uint4 philox(unsigned long long key, unsigned c0, unsigned c1, unsigned c2, unsigned c3)
{
    unsigned k0 = static_cast<unsigned>(key), k1 = static_cast<unsigned>(key >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        const unsigned high_a = __umulhi(0xD2511F53u, c0), low_a = 0xD2511F53u * c0;
        const unsigned high_b = __umulhi(0xCD9E8D57u, c2), low_b = 0xCD9E8D57u * c2;
        c0 = high_b ^ c1 ^ k0, c1 = low_b, c2 = high_a ^ c3 ^ k1, c3 = low_a;
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
    return make_uint4(c0, c1, c2, c3);
}
