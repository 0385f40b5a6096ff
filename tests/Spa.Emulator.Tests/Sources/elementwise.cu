// y = a x + y, one element a thread; a grid-stride copy of float4; conversions between float32 and bfloat16 by integer arithmetic.
struct SaxpyArgs { const float* x; float* y; float a; int n; };
extern "C" __global__ void saxpy(const __grid_constant__ SaxpyArgs args) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < args.n) args.y[i] = args.a * args.x[i] + args.y[i];
}

extern "C" __global__ void copy_vectors(const float4* __restrict__ from, float4* to, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) to[i] = from[i];
}

extern "C" __global__ void copy_strided(const float* from, float* to, int n, int stride) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) to[i] = from[(long long)i * stride];
}

extern "C" __global__ void round_to_bf16(const float* from, unsigned short* to, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned bits = __float_as_uint(from[i]);
  to[i] = (bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FFF : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

extern "C" __global__ void quantise(const float* from, signed char* to, float scale, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float q = rintf(from[i] * scale);
  to[i] = (signed char)fminf(fmaxf(q, -127.f), 127.f);
}
