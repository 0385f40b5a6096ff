// Sums: shuffles in a warp, shared memory in a block, the last block to finish adds the partial sums of all in order.
__device__ unsigned finished = 0;

__device__ __forceinline__ float warp_sum(float v) {
  #pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) v += __shfl_xor_sync(~0u, v, offset);
  return v;
}

__device__ __forceinline__ float block_sum(float v) {
  __shared__ float partial[32];
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  v = warp_sum(v);
  if (lane == 0) partial[warp] = v;
  __syncthreads();
  v = threadIdx.x < (blockDim.x + 31) / 32 ? partial[lane] : 0.f;
  return warp == 0 ? warp_sum(v) : v;
}

extern "C" __global__ void sum_rows(const float* x, float* sums, int columns) {
  float v = 0;
  for (int c = threadIdx.x; c < columns; c += blockDim.x) v += x[(long long)blockIdx.x * columns + c];
  v = block_sum(v);
  if (threadIdx.x == 0) sums[blockIdx.x] = v;
}

extern "C" __global__ void sum_all(const float* x, float* partials, float* total, int n) {
  __shared__ bool last;
  float v = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) v += x[i];
  v = block_sum(v);
  if (threadIdx.x == 0) {
    partials[blockIdx.x] = v;
    __threadfence();
    last = atomicAdd(&finished, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) return;
  if (threadIdx.x == 0) {
    float sum = 0;
    for (int b = 0; b < gridDim.x; b++) sum += partials[b];
    *total = sum;
    finished = 0;
  }
}

extern "C" __global__ void softmax_rows(const float* x, float* y, int columns) {
  __shared__ float shared_max, shared_sum;
  const float* row = x + (long long)blockIdx.x * columns;
  if (threadIdx.x < 32) {
    float m = -__int_as_float(0x7F800000);
    for (int c = threadIdx.x; c < columns; c += 32) m = fmaxf(m, row[c]);
    for (int offset = 16; offset > 0; offset /= 2) m = fmaxf(m, __shfl_down_sync(~0u, m, offset));
    if (threadIdx.x == 0) shared_max = m;
  }
  __syncthreads();
  float sum = 0;
  for (int c = threadIdx.x; c < columns; c += blockDim.x) sum += __expf(row[c] - shared_max);
  sum = block_sum(sum);
  if (threadIdx.x == 0) shared_sum = sum;
  __syncthreads();
  for (int c = threadIdx.x; c < columns; c += blockDim.x) y[(long long)blockIdx.x * columns + c] = __expf(row[c] - shared_max) / shared_sum;
}
