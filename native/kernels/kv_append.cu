// Writes row r's key and value [R, Hkv * D] to its token of the cache: pages [page][Hkv][64][D] of one layer, keys and values alike. Converts between
// float32 and bfloat16 (nearest even). slots[r] = 64 page + place on the page. Moves each element once in and once out.
#include "common/types.cuh"

using Activation = Element<SPA_ACTIVATION_BF16>;
using Cached = Element<SPA_CACHE_BF16>;
constexpr int kThreads = 256;
constexpr int kPageTokens = 64;

struct KvAppendArgs {
    const Activation* k;  // [R, Hkv * D]
    const Activation* v;
    Cached* keys;        // the layer's pages
    Cached* values;
    const int* slots;     // [R]
    const int* count;     // R
    int kStride;
    int vStride;
    int kvHeads;
    int headDim;
};
static_assert(sizeof(KvAppendArgs) == 64);

extern "C" __global__ void __launch_bounds__(kThreads) kv_append(const __grid_constant__ KvAppendArgs args) {
    const int width = args.kvHeads * args.headDim;
    const long long count = static_cast<long long>(*args.count) * width, step = static_cast<long long>(gridDim.x) * kThreads;
    for (long long i = static_cast<long long>(blockIdx.x) * kThreads + threadIdx.x; i < count; i += step) {
        const int row = static_cast<int>(i / width), column = static_cast<int>(i % width), head = column / args.headDim;
        const int slot = args.slots[row], page = slot / kPageTokens;
        const long long to = ((static_cast<long long>(page) * args.kvHeads + head) * kPageTokens + slot % kPageTokens) * args.headDim + column - head * args.headDim;
        store_as(args.keys + to, to_float(args.k[static_cast<long long>(row) * args.kStride + column]));
        store_as(args.values + to, to_float(args.v[static_cast<long long>(row) * args.vStride + column]));
    }
}
