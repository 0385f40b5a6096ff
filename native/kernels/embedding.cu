// output[t] = scale * weight[ids[t]]. output [T, C], weight [V, C], ids [T] int32. The gradient is scatter.cu.
// An id outside [0, V) is reported and its row filled with NaN. Moves T C elements in and out.
#include "common/elements.cuh"
#include "common/fault.cuh"

constexpr bool kActivationBf16 = SPA_ACTIVATION_BF16;
constexpr bool kWeightBf16 = SPA_WEIGHT_BF16;
constexpr bool kVector = SPA_VECTOR;
constexpr int kCount = kActivationBf16 || kWeightBf16 ? 8 : 4;

struct EmbeddingForwardArgs {
    Element<kActivationBf16>* output;       // [T, C]
    const Element<kWeightBf16>* weight;     // [V, C]
    const int* ids;                         // [T]
    FaultRecord* fault;
    long long rows;
    long long columns;
    long long vocabulary;
    int outputStride;
    int weightStride;
    int shift;
    float scale;

    template <bool kWhole>
    __device__ __forceinline__ void at(long long row, long long column, int count) const {
        const int id = ids[row];
        Floats<kCount> values;
        if (is_below(id, vocabulary)) {
            values = load_floats<kWhole, kCount>(weight + static_cast<long long>(id) * weightStride + column, count);
#pragma unroll
            for (float& value : values.at) value *= scale;
        } else {
            if (column == 0) report_fault(fault, kFaultTokenId, vocabulary, row, id);
#pragma unroll
            for (float& value : values.at) value = __uint_as_float(0x7fffffffu);
        }
        store_floats<kWhole, kCount>(output + row * outputStride + column, values, count);
    }
};
static_assert(sizeof(EmbeddingForwardArgs) == 72);

extern "C" __global__ void __launch_bounds__(kThreads) embedding_forward(const __grid_constant__ EmbeddingForwardArgs args) {
    for_each_chunk<kVector, kCount>(args.rows, args.columns, args.shift, args);
}
