// output[M, N] = op(a) op(b) (+ old output) (+ bias) (+ residual) in float32 arithmetic, a and b float32 or bfloat16.
//
// Every element is one chain of fused multiply-adds over k ascending that begins with 0 or, when accumulating, with the old output: the bits
// of the CPU backend. For parity, and for products whose operands have different types; bound by FMA units (2 M N K FLOPs).
//
// a [M, K], or [K, M] where transposed; b [K, N], or [N, K] where transposed. Bytes: a CTA reads (kTileM + 64) K elements and writes
// kTileM * 64. Dimensions: M rows, N columns, K depth.
#include "common/matmul.cuh"

constexpr bool kBf16A = SPA_A_BF16;
constexpr bool kBf16B = SPA_B_BF16;
constexpr int kTileM = SPA_TILE_M;  // 64, or 16 for few rows
constexpr int kTileN = 64;
constexpr int kTileK = 16;
constexpr int kThreads = 256;  // sixteen by sixteen
constexpr int kRowsEach = kTileM / 16;
constexpr int kColumnsEach = kTileN / 16;
// Tiles are stored k-major; four floats of padding keep rows on 16 bytes and the transposed writes at two to a bank.
constexpr int kPitchA = kTileM + 4;
constexpr int kPitchB = kTileN + 4;


template <bool kBf16>
__device__ __forceinline__ float element(const void* source, long long at) {
    return kBf16 ? to_float(static_cast<const bf16*>(source)[at]) : static_cast<const float*>(source)[at];
}

// This thread's four elements of a tile of kWidth outer indices (rows of a, columns of b) x kTileK: outer index and k of the first, and along
// which of the two the other three follow. Neighbouring threads go along the stored rows.
template <int kWidth>
struct Piece {
    int outer, k;
    bool active;

    __device__ __forceinline__ explicit Piece(bool k_contiguous)
    {
        active = threadIdx.x < kWidth * kTileK / 4;
        outer = k_contiguous ? threadIdx.x / (kTileK / 4) : threadIdx.x % (kWidth / 4) * 4;
        k = k_contiguous ? threadIdx.x % (kTileK / 4) * 4 : threadIdx.x / (kWidth / 4);
    }
};

// Zeros outside of [outer_end, k_end]; those beyond k are never used, those beyond the rows or columns make sums that are not stored.
template <bool kBf16, int kWidth>
__device__ __forceinline__ void fetch(float (&value)[4], const Piece<kWidth>& piece, const void* source, int stride, bool k_contiguous, int outer, int outer_end, int k, int k_end) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const int o = outer + piece.outer + (k_contiguous ? 0 : i), d = k + piece.k + (k_contiguous ? i : 0);
        value[i] = 0;
        if (piece.active && o < outer_end && d < k_end)
            value[i] = element<kBf16>(source, k_contiguous ? static_cast<long long>(o) * stride + d : static_cast<long long>(d) * stride + o);
    }
}

template <int kWidth, int kPitch>
__device__ __forceinline__ void put(float* tile, const Piece<kWidth>& piece, bool k_contiguous, const float (&value)[4]) {
    if (!piece.active) return;
#pragma unroll
    for (int i = 0; i < 4; i++) tile[(piece.k + (k_contiguous ? i : 0)) * kPitch + piece.outer + (k_contiguous ? 0 : i)] = value[i];
}

extern "C" __global__ void __launch_bounds__(kThreads) matmul_float(const __grid_constant__ MatMulArgs args) {
    // Two stages of each operand; afterwards the tile of sums.
    constexpr int kFloats = 2 * kTileK * (kPitchA + kPitchB);
    __shared__ __align__(16) float shared[kFloats];
    static_assert(kTileM * kTileN <= kFloats, "the sums are put where the stages were");
    float* tile_a = shared;
    float* tile_b = shared + 2 * kTileK * kPitchA;

    const bool a_contiguous = (args.flags & kFlagTransposeA) == 0, b_contiguous = (args.flags & kFlagTransposeB) != 0;
    const Piece<kTileM> piece_a(a_contiguous);
    const Piece<kTileN> piece_b(b_contiguous);
    int tile_row, tile_column;
    tile_place(blockIdx.x, (args.m + kTileM - 1) / kTileM, (args.n + kTileN - 1) / kTileN, tile_row, tile_column);
    const int row = tile_row * kTileM, column = tile_column * kTileN;
    const int own_row = threadIdx.x / 16 * kRowsEach, own_column = threadIdx.x % 16 * kColumnsEach;

    float sum[kRowsEach][kColumnsEach] = {};
    if ((args.flags & kFlagAccumulate) != 0) {
#pragma unroll
        for (int i = 0; i < kRowsEach; i++)
#pragma unroll
            for (int j = 0; j < kColumnsEach; j++) {
                const int r = row + own_row + i, c = column + own_column + j;
                if (r >= args.m || c >= args.n) continue;
                const long long at = static_cast<long long>(r) * args.outputStride + c;
                sum[i][j] = (args.flags & kFlagOutputBf16) != 0 ? element<true>(args.output, at) : element<false>(args.output, at);
            }
    }

    float next_a[4], next_b[4];
    fetch<kBf16A>(next_a, piece_a, args.a, args.aStride, a_contiguous, row, args.m, 0, args.k);
    fetch<kBf16B>(next_b, piece_b, args.b, args.bStride, b_contiguous, column, args.n, 0, args.k);
    int stage = 0;
#pragma unroll 1
    for (int k = 0; k < args.k; k += kTileK, stage ^= 1) {
        float* a = tile_a + stage * kTileK * kPitchA;
        float* b = tile_b + stage * kTileK * kPitchB;
        put<kTileM, kPitchA>(a, piece_a, a_contiguous, next_a);
        put<kTileN, kPitchB>(b, piece_b, b_contiguous, next_b);
        // The stage is whole. One barrier a step is enough: whoever writes this stage again has passed the next one, behind everybody's reads.
        __syncthreads();
        if (k + kTileK < args.k) {
            fetch<kBf16A>(next_a, piece_a, args.a, args.aStride, a_contiguous, row, args.m, k + kTileK, args.k);
            fetch<kBf16B>(next_b, piece_b, args.b, args.bStride, b_contiguous, column, args.n, k + kTileK, args.k);
        }
        // The tail is not filled up: adding 0 * 0 would turn a sum of -0 into 0.
        const int depth = min(kTileK, args.k - k);
#pragma unroll 4
        for (int d = 0; d < depth; d++) {
            float left[kRowsEach];
#pragma unroll
            for (int i = 0; i < kRowsEach; i++) left[i] = a[d * kPitchA + own_row + i];
            const float4 right = *reinterpret_cast<const float4*>(b + d * kPitchB + own_column);
            const float wide[4] = {right.x, right.y, right.z, right.w};
#pragma unroll
            for (int i = 0; i < kRowsEach; i++)
#pragma unroll
                for (int j = 0; j < kColumnsEach; j++) sum[i][j] = fmaf(left[i], wide[j], sum[i][j]);
        }
    }

    // Nobody may still read a stage.
    __syncthreads();
#pragma unroll
    for (int i = 0; i < kRowsEach; i++)
        *reinterpret_cast<float4*>(shared + staged<kTileN>(own_row + i, own_column)) = make_float4(sum[i][0], sum[i][1], sum[i][2], sum[i][3]);
    // A row's columns come from several threads.
    __syncthreads();
    finish_tile<kTileM, kTileN, kThreads, false>(args, shared, row, column);
}
