// Warps and blocks that exchange values: prefix sums, votes, histograms, random numbers, a producer and a consumer on named barriers.
extern "C" __global__ void scan(const int* x, int* y) {
  int lane = threadIdx.x & 31, v = x[blockIdx.x * blockDim.x + threadIdx.x];
  for (int offset = 1; offset < 32; offset *= 2) {
    int other = __shfl_up_sync(~0u, v, offset);
    if (lane >= offset) v += other;
  }
  __shared__ int totals[32];
  if (lane == 31) totals[threadIdx.x >> 5] = v;
  __syncthreads();
  for (int w = 0; w < threadIdx.x >> 5; w++) v += totals[w];
  y[blockIdx.x * blockDim.x + threadIdx.x] = v;
}

extern "C" __global__ void compact(const int* x, int* y, int* count, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  bool keep = i < n && x[i] > 0;
  unsigned votes = __ballot_sync(~0u, keep);
  int lane = threadIdx.x & 31, base = 0;
  if (lane == 0 && votes != 0) base = atomicAdd(count, __popc(votes));
  base = __shfl_sync(~0u, base, 0);
  if (keep) y[base + __popc(votes & (1u << lane) - 1)] = x[i];
}

extern "C" __global__ void histogram(const unsigned char* x, unsigned* bins, int n) {
  __shared__ unsigned local[256];
  local[threadIdx.x] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&local[x[i]], 1u);
  __syncthreads();
  if (local[threadIdx.x] != 0) atomicAdd(&bins[threadIdx.x], local[threadIdx.x]);
}

extern "C" __global__ void philox(uint4* y, unsigned key0, unsigned key1, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned c0 = i, c1 = 0, c2 = 0, c3 = 0;
  #pragma unroll 1
  for (int round = 0; round < 10; round++) {
    unsigned h0 = __umulhi(0xD2511F53u, c0), l0 = 0xD2511F53u * c0, h1 = __umulhi(0xCD9E8D57u, c2), l1 = 0xCD9E8D57u * c2;
    c0 = h1 ^ c1 ^ key0;
    c1 = l1;
    c2 = h0 ^ c3 ^ key1;
    c3 = l0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  y[i] = make_uint4(c0, c1, c2, c3);
}

extern "C" __global__ void pipeline(const float* x, float* y, int steps) {
  __shared__ float buffer[2][32];
  int lane = threadIdx.x & 31;
  if (threadIdx.x < 32) {
    for (int s = 0; s < steps; s++) {
      if (s >= 2) asm volatile("bar.sync %0, 64;" :: "r"(3 + (s & 1)) : "memory");
      buffer[s & 1][lane] = x[s * 32 + lane];
      asm volatile("bar.arrive %0, 64;" :: "r"(1 + (s & 1)) : "memory");
    }
  } else {
    for (int s = 0; s < steps; s++) {
      asm volatile("bar.sync %0, 64;" :: "r"(1 + (s & 1)) : "memory");
      y[s * 32 + lane] = buffer[s & 1][31 - lane] * 2;
      if (s + 2 < steps) asm volatile("bar.arrive %0, 64;" :: "r"(3 + (s & 1)) : "memory");
    }
  }
}

extern "C" __global__ void relay(volatile int* flag, int* data) {
  // Block b waits for block b - 1.
  if (threadIdx.x == 0) {
    while (*flag < (int)blockIdx.x) __nanosleep(20);
    __threadfence();
    data[blockIdx.x] = blockIdx.x == 0 ? 1 : data[blockIdx.x - 1] * 2;
    __threadfence();
    *flag = blockIdx.x + 1;
  }
}

extern "C" __global__ void rescale(float* x, float* scales) {
  // All lanes read the scale before the shuffles, lane 0 replaces it after them.
  int warp = threadIdx.x / 32;
  float v = x[threadIdx.x] * scales[warp], most = fabsf(v);
  for (int offset = 16; offset > 0; offset /= 2) most = fmaxf(most, __shfl_xor_sync(~0u, most, offset));
  x[threadIdx.x] = v / most;
  if ((threadIdx.x & 31) == 0) scales[warp] = most;
}
