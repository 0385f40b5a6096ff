// output[r] = input[indices[r]], bits moved as they are. output [R, C], input [N, C], indices [R] int32.
// An index outside [0, N) is reported and its row filled with ones, which is NaN in both float types.
#include "common/elements.cuh"
#include "common/fault.cuh"

constexpr bool kBf16 = SPA_ACTIVATION_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = kBf16 ? 8 : 4;

struct GatherForwardArgs {
    Element<kBf16>* output;         // [R, C]
    const Element<kBf16>* input;    // [N, C]
    const int* indices;             // [R]
    FaultRecord* fault;
    long long rows;
    long long columns;
    long long limit;                // N
    int outputStride;
    int inputStride;
    int shift;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        const int index = indices[row];
        Chunk<Element<kBf16>, kCount> chunk;
        if (is_below(index, limit)) {
            chunk = load_chunk<kWhole, kCount>(input + static_cast<long long>(index) * inputStride + column, count);
        } else {
            if (column == 0) report_fault(fault, kFaultIndex, limit, row, index);
#pragma unroll
            for (unsigned& word : chunk.words) word = 0xffffffffu;
        }
        store_chunk<kWhole, kCount>(output + row * outputStride + column, chunk, count);
    }
};
static_assert(sizeof(GatherForwardArgs) == 72);

extern "C" __global__ void __launch_bounds__(kThreads) gather_forward(const __grid_constant__ GatherForwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
