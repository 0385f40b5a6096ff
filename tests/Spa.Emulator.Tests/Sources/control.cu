// Divergence, calls, switches, local arrays, constants, global variables, printf.
__constant__ int primes[8] = {2, 3, 5, 7, 11, 13, 17, 19};
__device__ int offsets[4] = {100, 200, 300, 400};
__device__ int* pointer = offsets + 1;

__device__ __noinline__ int collatz(int n, int* longest) {
  int steps = 0;
  for (; n != 1; steps++) {
    n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    if (n > *longest) *longest = n;
  }
  return steps;
}

extern "C" __global__ void diverge(int* steps, int* longest, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int most = 0;
  steps[i] = i % 3 == 0 ? -1 : collatz(i + 1, &most);
  longest[i] = most;
}

extern "C" __global__ void choose(int* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int v;
  switch (i % 9) {
    case 0: v = primes[i & 7]; break;
    case 1: v = offsets[i & 3]; break;
    case 2: v = i * 3; break;
    case 3: v = -i; break;
    case 4: v = pointer[0]; break;
    case 5: v = __popc(i) + __clz(i); break;
    case 6: v = (int)__brev(i); break;
    case 7: v = __ffs(i) * 1000; break;
    default: v = i / 7 + i % 5; break;
  }
  y[i] = v;
}

extern "C" __global__ void local_sort(const int* x, int* y, int rows) {
  int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  int values[12];
  for (int i = 0; i < 12; i++) values[i] = x[row * 12 + i];
  for (int i = 1; i < 12; i++) {
    int v = values[i], j = i - 1;
    for (; j >= 0 && values[j] > v; j--) values[j + 1] = values[j];
    values[j + 1] = v;
  }
  for (int i = 0; i < 12; i++) y[row * 12 + i] = values[i];
}

extern "C" __global__ void say(int n) {
  if (threadIdx.x < n) printf("thread %d of %u: %.2f %s\n", threadIdx.x, blockDim.x, threadIdx.x * 0.5, "fine");
}

extern "C" __global__ void wide(const unsigned long long* x, unsigned long long* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned __int128 product = (unsigned __int128)x[i] * x[n - 1 - i] + x[0];
  y[2 * i] = (unsigned long long)product;
  y[2 * i + 1] = (unsigned long long)(product >> 64);
}
