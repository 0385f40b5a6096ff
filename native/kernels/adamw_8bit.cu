// AdamW (common/adamw.cuh) with moments in 8 bits (Dettmers et al. 2022, "8-bit optimizers via block-wise quantization"): blocks of 256
// elements share a scale, the largest magnitude, and an element is the scale times one of 256 values: m of a signed, v of an unsigned
// dynamic map. master, gradients [N] float32, weights [N] bfloat16 or absent as in adamw.cu; mCodes, vCodes [N] bytes, mScales, vScales
// [ceil(N / 256)] float32, norm [1]. A warp is a block: 8 elements a lane. v above 0 never becomes the code of 0, because m divided by
// epsilon alone would throw the weight away. A norm that is not finite skips the update. Moves 16 bytes of each element, 18 with
// bfloat16 weights.
//
// Maps (bitsandbytes' create_dynamic_map, 7 exponent bits): decade i of 0 .. 6 is 10^(i - 6) times the middles of n equal parts of
// [0.1, 1], n = 2^i signed, 2^(i + 1) unsigned; also 0, 1 and, signed, the negatives of the decades.
#include "common/adamw.cuh"
#include "common/reduce.cuh"
#include "common/types.cuh"
#include "common/store.cuh"

constexpr bool kWeightBf16 = SPA_WEIGHT_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kThreads = 256;
constexpr int kBlock = 256;
constexpr int kCount = 8;
static_assert(kBlock == 32 * kCount);
// Magnitudes of a map are numbered from 0 (the zero): 1 .. kLast - 1 lie in decades, kLast is 1.
constexpr int kSignedLast = 128;
constexpr int kUnsignedLast = 255;
// The reciprocal of a subnormal scale would be infinite; such moments are 0.
constexpr float kSmallestScale = 1.17549435e-38f;

struct AdamW8BitArgs {
    bf16* weights;              // [N]; bfloat16 only
    float* master;              // [N]
    const float* gradients;     // [N]
    unsigned char* mCodes;      // [N]
    unsigned char* vCodes;      // [N]
    float* mScales;             // [ceil(N / kBlock)]
    float* vScales;
    const float* norm;          // [1]
    long long count;            // N
    AdamWFactors factors;
};
static_assert(sizeof(AdamW8BitArgs) == 104);

// Magnitude k of a map. kFirst: parts of decade 0, a power of two.
template <int kFirst, int kLast>
__device__ float map_value(int k) {
    if (k == 0 || k == kLast) return k == 0 ? 0.0f : 1.0f;
    // Decade i begins at k = kFirst (2^i - 1) + 1.
    const int at = k - 1 + kFirst, decade = 31 - __clz(at / kFirst), parts = kFirst << decade;
    double scale = 1;
    for (int i = decade; i < 6; i++) scale /= 10;
    return static_cast<float>(scale * (0.1 + 0.9 * (at - parts + 0.5) / parts));
}

// The number of the nearest magnitude for x of [0, 1], the smaller of two that are as near. map: the values by number.
template <int kFirst, int kLast>
__device__ __forceinline__ int nearest(float x, const float* map) {
    // The decade, and the part of it that x lies in: its middle or a neighbour of it is the nearest.
    const int decade = (x >= 1e-6f) + (x >= 1e-5f) + (x >= 1e-4f) + (x >= 1e-3f) + (x >= 1e-2f) + (x >= 1e-1f);
    const float unit = decade == 0 ? 1e6f : decade == 1 ? 1e5f : decade == 2 ? 1e4f : decade == 3 ? 1e3f : decade == 4 ? 1e2f : decade == 5 ? 1e1f : 1.0f;
    const int parts = kFirst << decade;
    const int part = static_cast<int>((x * unit - 0.1f) * (1.0f / 0.9f) * parts);
    const int k = x < 1e-7f ? 0 : max(0, min(parts - 1, part)) + parts - kFirst + 1;
    const float value = map[k];
    const int other = x > value ? min(k + 1, kLast) : max(k - 1, 0);
    const float distance = fabsf(x - value), otherDistance = fabsf(x - map[other]);
    return otherDistance < distance || (otherDistance == distance && other < k) ? other : k;
}

// Codes are ordered by value: a signed code is 127 plus or minus the number, an unsigned code the number.
__device__ __forceinline__ float decode_m(int code, const float* map) { return code >= 127 ? map[code - 127] : -map[127 - code]; }

__device__ __forceinline__ int encode_m(float x, const float* map) {
    const int k = nearest<1, kSignedLast>(fabsf(x), map);
    // There is no -1.
    return x < 0 ? 127 - min(k, 127) : 127 + k;
}

__device__ __forceinline__ int encode_v(float x, bool isPositive, const float* map) {
    const int k = nearest<2, kUnsignedLast>(x, map);
    return k == 0 && isPositive ? 1 : k;
}

__device__ __forceinline__ float largest(const Floats<kCount>& x) {
    float result = 0;
#pragma unroll
    for (int i = 0; i < kCount; i++) result = fmaxf(result, fabsf(x.at[i]));
    return warp_max(result);
}

// 8 codes as bytes of two words.
__device__ __forceinline__ uint2 load_codes(const unsigned char* from, int count) {
    if (kVector && count >= kCount) return *reinterpret_cast<const uint2*>(from);
    unsigned words[2] = {0, 0};
    for (int i = 0; i < kCount; i++)
        if (i < count) words[i / 4] |= static_cast<unsigned>(from[i]) << 8 * (i % 4);
    return make_uint2(words[0], words[1]);
}

__device__ __forceinline__ void store_codes(unsigned char* to, uint2 codes, int count) {
    if (kVector && count >= kCount) {
        *reinterpret_cast<uint2*>(to) = codes;
        return;
    }
    for (int i = 0; i < kCount; i++)
        if (i < count) to[i] = static_cast<unsigned char>((i < 4 ? codes.x : codes.y) >> 8 * (i % 4));
}

extern "C" __global__ void __launch_bounds__(kThreads) adamw_8bit(const __grid_constant__ AdamW8BitArgs args) {
    __shared__ float signedMap[kSignedLast + 1], unsignedMap[kUnsignedLast + 1];
    // The maps, once for the many blocks that the grid's stride gives each CTA.
    if (threadIdx.x <= kSignedLast) signedMap[threadIdx.x] = map_value<1, kSignedLast>(threadIdx.x);
    unsignedMap[threadIdx.x] = map_value<2, kUnsignedLast>(threadIdx.x);
    // All threads' values are needed.
    __syncthreads();
    if (!isfinite(*args.norm)) return;

    const float clip = clip_factor(args.factors, args.norm);
    const int lane = threadIdx.x % 32;
    const long long blocks = (args.count + kBlock - 1) / kBlock;
    for (long long block = static_cast<long long>(blockIdx.x) * (kThreads / 32) + threadIdx.x / 32; block < blocks;
         block += static_cast<long long>(gridDim.x) * (kThreads / 32)) {
        const long long first = block * kBlock + lane * kCount;
        const int count = static_cast<int>(max(0ll, min(static_cast<long long>(kCount), args.count - first)));
        const bool isWhole = kVector && count == kCount;

        // Load and decode.
        const Floats<kCount> g = isWhole ? load_floats<kVector, kCount>(args.gradients + first, count) : load_floats<false, kCount>(args.gradients + first, count);
        Floats<kCount> w = isWhole ? load_floats<kVector, kCount>(args.master + first, count) : load_floats<false, kCount>(args.master + first, count);
        const uint2 mOld = load_codes(args.mCodes + first, count), vOld = load_codes(args.vCodes + first, count);
        const float mScale = args.mScales[block], vScale = args.vScales[block];
        Floats<kCount> m, v;
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            m.at[i] = decode_m((i < 4 ? mOld.x : mOld.y) >> 8 * (i % 4) & 255, signedMap) * mScale;
            v.at[i] = unsignedMap[(i < 4 ? vOld.x : vOld.y) >> 8 * (i % 4) & 255] * vScale;
            adamw(args.factors, clip, g.at[i], w.at[i], m.at[i], v.at[i]);
            // Elements behind the end must not set the scale.
            if (i >= count) m.at[i] = 0, v.at[i] = 0;
        }
        if (isWhole) {
            store_whole<kVector, kCount>(args.master + first, w, count);
            if constexpr (kWeightBf16) store_whole<kVector, kCount>(args.weights + first, w, count);
        } else {
            store_floats<false, kCount>(args.master + first, w, count);
            if constexpr (kWeightBf16) store_floats<false, kCount>(args.weights + first, w, count);
        }

        // Encode with the new scales.
        const float newM = largest(m), newV = largest(v);
        const float mUnit = newM >= kSmallestScale ? 1.0f / newM : 0.0f, vUnit = newV >= kSmallestScale ? 1.0f / newV : 0.0f;
        unsigned mWords[2] = {0, 0}, vWords[2] = {0, 0};
#pragma unroll
        for (int i = 0; i < kCount; i++) {
            mWords[i / 4] |= static_cast<unsigned>(encode_m(m.at[i] * mUnit, signedMap)) << 8 * (i % 4);
            vWords[i / 4] |= static_cast<unsigned>(encode_v(v.at[i] * vUnit, v.at[i] > 0, unsignedMap)) << 8 * (i % 4);
        }
        store_codes(args.mCodes + first, make_uint2(mWords[0], mWords[1]), count);
        store_codes(args.vCodes + first, make_uint2(vWords[0], vWords[1]), count);
        if (lane == 0) args.mScales[block] = newM, args.vScales[block] = newV;
    }
}
