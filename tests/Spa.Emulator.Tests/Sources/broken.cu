// Each kernel has one mistake, on the line that ends with its name.
__constant__ int table[4] = {1, 2, 3, 4};
struct Args { int* p; int n; };
#define WAIT_FOREVER while (true) asm volatile("");

extern "C" __global__ void past_the_end(int* p, int n) {
  p[threadIdx.x] = n; // past_the_end
}
extern "C" __global__ void before_the_start(int* p, int n) {
  p[0] = p[(int)threadIdx.x - 1]; // before_the_start
}
extern "C" __global__ void use_after_free(int* p, int n) {
  p[threadIdx.x] = n; // use_after_free
}
extern "C" __global__ void null_pointer(int* p, int n) {
  *(int*)(long long)n = 1; // null_pointer
}
extern "C" __global__ void misaligned_vector(int* p, int n) {
  *(int4*)(p + n) = make_int4(1, 2, 3, 4); // misaligned_vector
}
extern "C" __global__ void misaligned_word(int* p, int n) {
  *(int*)((char*)p + n) = 1; // misaligned_word
}
extern "C" __global__ void uninitialised_global(int* p, int n) {
  p[threadIdx.x] = p[threadIdx.x + n] + 1; // uninitialised_global
}
extern "C" __global__ void uninitialised_shared(int* p, int n) {
  __shared__ int s[64];
  if (threadIdx.x < n) s[threadIdx.x] = 1;
  __syncthreads();
  p[threadIdx.x] = s[threadIdx.x]; // uninitialised_shared
}
extern "C" __global__ void shared_past_the_end(int* p, int n) {
  extern __shared__ int d[];
  d[threadIdx.x + n] = 1; // shared_past_the_end
}
extern "C" __global__ void missing_barrier(int* p, int n) {
  __shared__ int s[64];
  s[threadIdx.x] = 0;
  __syncthreads();
  s[threadIdx.x] = threadIdx.x;
  p[threadIdx.x] = s[63 - threadIdx.x]; // missing_barrier
}
extern "C" __global__ void missing_second_barrier(int* p, int n) {
  __shared__ int s[64];
  for (int i = 0; i < n; i++) {
    s[threadIdx.x] = threadIdx.x + i; // missing_second_barrier
    __syncthreads();
    p[threadIdx.x] = s[63 - threadIdx.x];
  }
}
extern "C" __global__ void missing_syncwarp(int* p, int n) {
  __shared__ int s[32];
  s[threadIdx.x] = threadIdx.x;
  p[threadIdx.x] = s[threadIdx.x ^ 1]; // missing_syncwarp
}
extern "C" __global__ void two_writers(int* p, int n) {
  __shared__ int s;
  s = threadIdx.x; // two_writers
  __syncthreads();
  p[threadIdx.x] = s;
}
extern "C" __global__ void blocks_race(int* p, int n) {
  if (threadIdx.x == 0) p[0] = blockIdx.x; // blocks_race
}
extern "C" __global__ void block_reads_block(int* p, int n) {
  p[blockIdx.x] = blockIdx.x == 0 ? 1 : p[blockIdx.x - 1]; // block_reads_block
}
extern "C" __global__ void fence_without_atomic(int* p, int n) {
  if (blockIdx.x == 0) { p[0] = 1; __threadfence(); p[1] = 1; }
  else p[2 + blockIdx.x] = p[1] + p[0]; // fence_without_atomic
}
extern "C" __global__ void atomic_and_plain(int* p, int n) {
  if (threadIdx.x == 0) atomicAdd(p, 1);
  else if (threadIdx.x == 32) *p = 5; // atomic_and_plain
}
extern "C" __global__ void barrier_in_branch(int* p, int n) {
  if (threadIdx.x < n) __syncthreads(); // barrier_in_branch
  else WAIT_FOREVER
}
extern "C" __global__ void barrier_half_warp(int* p, int n) {
  if (threadIdx.x < n) asm volatile("bar.sync 1, 64;"); // barrier_half_warp
  else asm volatile("bar.sync 2, 64;");
}
extern "C" __global__ void barriers_cross(int* p, int n) {
  if (threadIdx.x < 32) asm volatile("bar.sync 1, 64;"); // barriers_cross
  else asm volatile("bar.sync 2, 64;");
}
extern "C" __global__ void barrier_count(int* p, int n) {
  if (threadIdx.x < 32) asm volatile("bar.sync 1, 64;");
  else asm volatile("bar.sync 1, 96;"); // barrier_count
}
extern "C" __global__ void shuffle_missing_lanes(int* p, int n) {
  int v = threadIdx.x;
  if (threadIdx.x < n) v = __shfl_sync(0xFFFFu, v, 20); // shuffle_missing_lanes
  p[threadIdx.x] = v;
}
extern "C" __global__ void shuffle_wrong_mask(int* p, int n) {
  p[threadIdx.x] = __shfl_xor_sync(0xFFFFu, (int)threadIdx.x, 1); // shuffle_wrong_mask
}
extern "C" __global__ void shuffle_never_met(int* p, int n) {
  if (threadIdx.x < n) p[threadIdx.x] = __shfl_xor_sync(~0u, (int)threadIdx.x, 1); // shuffle_never_met
  else asm volatile("bar.warp.sync 0xFFFFFFFF;");
}
extern "C" __global__ void write_to_constant(int* p, int n) {
  unsigned long long address;
  asm volatile("mov.u64 %0, table;" : "=l"(address));
  *(int*)address = n; // write_to_constant
}
extern "C" __global__ void write_to_parameters(const __grid_constant__ Args args) {
  asm volatile("{ .reg .b64 a; cvta.param.u64 a, %0; st.u32 [a], %1; }" :: "l"((unsigned long long)__cvta_generic_to_grid_constant(&args)), "r"(1)); // write_to_parameters
}
extern "C" __global__ void copy_without_wait(int* p, int n) {
  __shared__ __align__(16) int s[128];
  unsigned to = (unsigned)__cvta_generic_to_shared(s + threadIdx.x * 4);
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" :: "r"(to), "l"(p + threadIdx.x * 4) : "memory");
  asm volatile("cp.async.commit_group;" ::: "memory");
  p[threadIdx.x * 4] = s[threadIdx.x * 4]; // copy_without_wait
}
extern "C" __global__ void copy_waits_too_little(int* p, int n) {
  __shared__ __align__(16) int s[256];
  for (int i = 0; i < 2; i++) {
    unsigned to = (unsigned)__cvta_generic_to_shared(s + i * 128 + threadIdx.x * 4);
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" :: "r"(to), "l"(p + threadIdx.x * 4) : "memory");
    asm volatile("cp.async.commit_group;" ::: "memory");
  }
  asm volatile("cp.async.wait_group 1;" ::: "memory");
  p[threadIdx.x * 4] = s[128 + threadIdx.x * 4]; // copy_waits_too_little
}
extern "C" __global__ void copy_without_barrier(int* p, int n) {
  __shared__ __align__(16) int s[256];
  for (int i = 0; i < 4; i++) s[threadIdx.x * 4 + i] = 0;
  __syncthreads();
  unsigned to = (unsigned)__cvta_generic_to_shared(s + threadIdx.x * 4);
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" :: "r"(to), "l"(p + threadIdx.x * 4) : "memory");
  asm volatile("cp.async.wait_all;" ::: "memory");
  p[256 + threadIdx.x] = s[(threadIdx.x ^ 32) * 4]; // copy_without_barrier
}
extern "C" __global__ void endless(int* p, int n) {
  WAIT_FOREVER // endless
}
extern "C" __global__ void trapped(int* p, int n) {
  if (threadIdx.x == n) __trap(); // trapped
}
extern "C" __global__ void local_past_the_end(int* p, int n) {
  int v[8];
  for (int i = 0; i < 8; i++) v[i] = p[i];
  v[n] = 1; // local_past_the_end
  for (int i = 0; i < 8; i++) p[i] = v[(i + n) & 7];
}
