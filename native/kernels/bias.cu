// dbias = sum over rows of dout. dout [T, C], float32 sums. A block takes 32 chunks of columns and rowsPerBlock rows: row r goes to lane
// r mod 8, a lane adds its rows in order, the lanes are added in order, and partials.cu adds the blocks in order to dbias.
// Reads T C elements once; partial is T C / rowsPerBlock floats.
#include "common/types.cuh"

constexpr bool kBf16 = SPA_ACTIVATION_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = kBf16 ? 8 : 4;
constexpr int kAcross = 32;
constexpr int kLanes = 8;

struct BiasBackwardArgs {
    float* partial;                 // [gridDim.y, C]
    const Element<kBf16>* dout;     // [T, C]
    int rows;
    int columns;
    int doutStride;
    int rowsPerBlock;
};
static_assert(sizeof(BiasBackwardArgs) == 32);

extern "C" __global__ void __launch_bounds__(kAcross* kLanes) bias_backward(const __grid_constant__ BiasBackwardArgs args) {
    __shared__ float shared[kLanes][kCount][kAcross];
    const int across = threadIdx.x % kAcross, lane = threadIdx.x / kAcross;
    const int column = (blockIdx.x * kAcross + across) * kCount, count = args.columns - column;
    const int first = blockIdx.y * args.rowsPerBlock, end = min(args.rows, first + args.rowsPerBlock);

    Floats<kCount> sum = {};
    if (count > 0) {
        // Four rows in flight hide the memory's latency at 2 blocks of 256 threads.
#pragma unroll 4
        for (int row = first + lane; row < end; row += kLanes) {
            const Floats<kCount> d = load_floats<kVector, kCount>(args.dout + static_cast<long long>(row) * args.doutStride + column, count);
#pragma unroll
            for (int i = 0; i < kCount; i++) sum.at[i] += d.at[i];
        }
    }
#pragma unroll
    for (int i = 0; i < kCount; i++) shared[lane][i][across] = sum.at[i];
    // All lanes' sums must be there before they are added.
    __syncthreads();
    if (lane != 0 || count <= 0) return;
    for (int other = 1; other < kLanes; other++) {
#pragma unroll
        for (int i = 0; i < kCount; i++) sum.at[i] += shared[other][i][across];
    }
    store_floats<kVector, kCount>(args.partial + static_cast<long long>(blockIdx.y) * args.columns + column, sum, count);
}
