// Copies one page of all layers, keys and values: a sequence that forks in the middle of a page gets its own. A page is a multiple of 16 bytes and begins
// at one (64 tokens), so it goes in 16-byte pieces, whatever its element type. gridDim.y: layers.
constexpr int kThreads = 256;

struct KvCopyPageArgs {
    uint4* keys;          // [layers, pages, pieces]
    uint4* values;
    long long destination;  // pieces from a layer's beginning to the page
    long long source;
    long long layer;      // pieces of a layer
    int pieces;           // of a page
    int unused;
};
static_assert(sizeof(KvCopyPageArgs) == 48);

extern "C" __global__ void __launch_bounds__(kThreads) kv_copy_page(const __grid_constant__ KvCopyPageArgs args) {
    const long long layer = blockIdx.y * args.layer;
    for (int i = blockIdx.x * kThreads + threadIdx.x; i < args.pieces; i += gridDim.x * kThreads) {
        args.keys[layer + args.destination + i] = args.keys[layer + args.source + i];
        args.values[layer + args.destination + i] = args.values[layer + args.source + i];
    }
}
