// The kernels of the driver tests: every thread changes one of n integers. Kernels.ptx is what NVRTC made of this for compute_80.
__device__ int offset = 5;

extern "C" __global__ void add(int* p, int n, int value)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) p[i] += value;
}

extern "C" __global__ void scale(int* p, int n, int value)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) p[i] *= value;
}

// Adds the module's variable.
extern "C" __global__ void shift(int* p, int n, int value)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) p[i] += offset * value;
}

// Writes far behind the memory.
extern "C" __global__ void fault(int* p, int n, int value)
{
    p[(1 << 28) + threadIdx.x] = value + n;
}

extern "C" __global__ void __launch_bounds__(128) bounded(int* p, int n, int value)
{
    __shared__ int tile[128];
    extern __shared__ int more[];
    tile[threadIdx.x] = value;
    more[threadIdx.x] = value;
    __syncthreads();
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) p[i] = tile[127 - threadIdx.x] + more[127 - threadIdx.x];
}

struct AddArgs
{
    int* p;
    int n;
    int value;
};

// The first kernel with its arguments in one struct.
extern "C" __global__ void add_all(const __grid_constant__ AddArgs args)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < args.n) args.p[i] += args.value;
}
