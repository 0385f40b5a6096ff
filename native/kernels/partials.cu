// output += sum over p of partial[p]: the last step of a sum over rows. output [1, C], partial [P, C], float32.
// A block takes 32 columns: partial p goes to lane p mod 8, a lane adds its partials in order, then the lanes are added in order.
// Reads P C floats.
constexpr int kAcross = 32;
constexpr int kLanes = 8;

struct PartialsAddArgs {
    float* output;          // [1, C]
    const float* partial;   // [P, C]
    int partials;           // P
    int columns;            // C
};
static_assert(sizeof(PartialsAddArgs) == 24);

extern "C" __global__ void __launch_bounds__(kAcross* kLanes) partials_add(const __grid_constant__ PartialsAddArgs args) {
    __shared__ float shared[kLanes][kAcross];
    const int across = threadIdx.x % kAcross, lane = threadIdx.x / kAcross, column = blockIdx.x * kAcross + across;
    float sum = 0;
    if (column < args.columns) {
#pragma unroll 8
        for (int p = lane; p < args.partials; p += kLanes) sum += args.partial[static_cast<long long>(p) * args.columns + column];
    }
    shared[lane][across] = sum;
    // All lanes' sums must be there before they are added.
    __syncthreads();
    if (lane != 0 || column >= args.columns) return;
#pragma unroll
    for (int other = 1; other < kLanes; other++) sum += shared[other][across];
    args.output[column] += sum;
}
