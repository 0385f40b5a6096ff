// output[indices[r]] += scale * input[r], rows in order: an element is one chain of fused multiply-adds that begins with what is there,
// so it has the bits of the CPU and does not change where a batch is cut. output [N, C], input [R, C], indices [R] int32.
//
// scatter_order lists the rows by bucket, index mod 256, in order: block b counts the rows of the buckets before its own, which is where
// its list begins, and writes its rows there. No atomics, no block waits for another; every block reads all R indices twice, 2 KB R in
// all and from the L2 cache: 10 us for 16k rows, and linear. scatter_add gives a bucket, which owns its target rows, and a range of columns
// to a block: it sorts 256 rows of its list at a time by index, stably, and adds each run of equal indices in registers.
// Moves R C elements of input and, for every target, C elements of output in and out. A sort of the rows by index in full would take
// several passes over all rows with a wait of the whole grid between them; sorting the buckets alone needs no second grid-wide order.
// Rows whose index lies outside [0, N) are reported and left out.
#include "common/fault.cuh"
#include "common/types.cuh"

[[maybe_unused]] constexpr bool kInputBf16 = SPA_INPUT_BF16;
[[maybe_unused]] constexpr bool kOutputBf16 = SPA_OUTPUT_BF16;
[[maybe_unused]] constexpr bool kVector = SPA_VECTOR;
[[maybe_unused]] constexpr int kCount = kInputBf16 || kOutputBf16 ? 8 : 4;
// Two blocks for each multiprocessor of a large device.
[[maybe_unused]] constexpr int kBuckets = 256;
[[maybe_unused]] constexpr int kOrderThreads = 256;
[[maybe_unused]] constexpr int kAddThreads = 128;
[[maybe_unused]] constexpr int kWindow = 256;
// Rows whose input is in flight at a time: together with the targets' 64 registers.
[[maybe_unused]] constexpr int kAhead = 4;

struct ScatterOrderArgs {
    int* order;             // [R] rows by bucket
    int* starts;            // [kBuckets + 1] where a bucket begins in order
    const int* indices;     // [R]
    FaultRecord* fault;
    long long limit;        // N
    int rows;
    unsigned faultCode;
};
static_assert(sizeof(ScatterOrderArgs) == 48);

struct ScatterAddArgs {
    Element<kOutputBf16>* output;       // [N, C]
    const Element<kInputBf16>* input;   // [R, C]
    const int* indices;                 // [R]
    const int* order;
    const int* starts;
    int columns;
    int outputStride;
    int inputStride;
    float scale;
};
static_assert(sizeof(ScatterAddArgs) == 56);

// Sum of value over the threads before this one, and over all of them. shared: one int for each warp.
__device__ __forceinline__ int sum_before(int value, int& total, int* shared) {
    constexpr int kWarps = kOrderThreads / 32;
    int sum = value;
#pragma unroll
    for (int distance = 1; distance < 32; distance *= 2) {
        const int other = __shfl_up_sync(0xffffffffu, sum, distance);
        if (threadIdx.x % 32 >= distance) sum += other;
    }
    if (threadIdx.x % 32 == 31) shared[threadIdx.x / 32] = sum;
    // The sums of all warps must be there before they are added.
    __syncthreads();
    int before = sum - value;
    total = 0;
#pragma unroll
    for (int warp = 0; warp < kWarps; warp++) {
        if (warp < threadIdx.x / 32) before += shared[warp];
        total += shared[warp];
    }
    // And read before the next call overwrites them.
    __syncthreads();
    return before;
}

#ifdef SPA_ENTRY_SCATTER_ORDER
extern "C" __global__ void __launch_bounds__(kOrderThreads) scatter_order(const __grid_constant__ ScatterOrderArgs args) {
    __shared__ int shared[kOrderThreads / 32];
    const int bucket = blockIdx.x;

    // Count the rows of the buckets before this one.
    int mine = 0, start;
#pragma unroll 8
    for (int row = threadIdx.x; row < args.rows; row += kOrderThreads) {
        const int index = args.indices[row];
        if (is_below(index, args.limit)) {
            mine += index % kBuckets < bucket;
        } else if (bucket == 0) {
            report_fault(args.fault, args.faultCode, args.limit, row, index);
        }
    }
    sum_before(mine, start, shared);

    // List the rows of this bucket in order.
    int next = start;
    for (int first = 0; first < args.rows; first += kOrderThreads) {
        const int row = first + threadIdx.x;
        const int index = row < args.rows ? args.indices[row] : -1;
        const bool isMine = is_below(index, args.limit) && index % kBuckets == bucket;
        int found;
        const int place = next + sum_before(isMine, found, shared);
        if (isMine) args.order[place] = row;
        next += found;
    }
    if (threadIdx.x == 0) {
        args.starts[bucket] = start;
        if (bucket == kBuckets - 1) args.starts[kBuckets] = next;
    }
}
#endif

#ifdef SPA_ENTRY_SCATTER_ADD
extern "C" __global__ void __launch_bounds__(kAddThreads) scatter_add(const __grid_constant__ ScatterAddArgs args) {
    __shared__ int rows[kWindow], targets[kWindow], sortedRows[kWindow], sortedTargets[kWindow];
    const int column = (blockIdx.y * kAddThreads + threadIdx.x) * kCount, count = args.columns - column;
    const int end = args.starts[blockIdx.x + 1];
    for (int first = args.starts[blockIdx.x]; first < end; first += kWindow) {
        const int found = min(kWindow, end - first);
        // Nobody still adds the window before.
        __syncthreads();
        for (int i = threadIdx.x; i < found; i += kAddThreads) {
            rows[i] = args.order[first + i];
            targets[i] = args.indices[rows[i]];
        }
        // The window must be complete before it is sorted.
        __syncthreads();
        for (int i = threadIdx.x; i < found; i += kAddThreads) {
            const int target = targets[i];
            int place = 0;
            for (int j = 0; j < found; j++) place += targets[j] < target || (targets[j] == target && j < i);
            sortedRows[place] = rows[i];
            sortedTargets[place] = target;
        }
        // And sorted before it is added.
        __syncthreads();
        if (count <= 0) continue;

        Floats<kCount> sum;
        for (int at = 0; at < found; at += kAhead) {
            Floats<kCount> input[kAhead], old[kAhead];
#pragma unroll
            for (int a = 0; a < kAhead; a++) {
                if (at + a >= found) break;
                const int target = sortedTargets[at + a];
                input[a] = load_floats<kVector, kCount>(args.input + static_cast<long long>(sortedRows[at + a]) * args.inputStride + column, count);
                if (at + a == 0 || sortedTargets[at + a - 1] != target)
                    old[a] = load_floats<kVector, kCount>(args.output + static_cast<long long>(target) * args.outputStride + column, count);
            }
#pragma unroll
            for (int a = 0; a < kAhead; a++) {
                if (at + a >= found) break;
                const int target = sortedTargets[at + a];
                if (at + a == 0 || sortedTargets[at + a - 1] != target) sum = old[a];
#pragma unroll
                for (int i = 0; i < kCount; i++) sum.at[i] = fmaf(input[a].at[i], args.scale, sum.at[i]);
                if (at + a + 1 == found || sortedTargets[at + a + 1] != target)
                    store_floats<kVector, kCount>(args.output + static_cast<long long>(target) * args.outputStride + column, sum, count);
            }
        }
    }
}
#endif
