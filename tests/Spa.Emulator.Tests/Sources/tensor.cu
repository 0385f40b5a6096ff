// One warp: C[16, 8] = A[16, K] B[8, K]^T in bfloat16 on tensor cores, K in slices of 16 that arrive by cp.async in two stages.
__device__ __forceinline__ void fetch(unsigned shared, const void* global) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" :: "r"(shared), "l"(global));
}

extern "C" __global__ void mma_bf16(const unsigned short* a, const unsigned short* b, float* c, int k) {
  __shared__ __align__(16) unsigned short as[2][16 * 16], bs[2][8 * 16];
  unsigned lane = threadIdx.x;
  unsigned as_address = (unsigned)__cvta_generic_to_shared(as), bs_address = (unsigned)__cvta_generic_to_shared(bs);
  auto load = [&](int slice, int stage) {
    fetch(as_address + stage * 512 + lane * 16, a + (lane / 2) * k + slice * 16 + (lane & 1) * 8);
    if (lane < 16) fetch(bs_address + stage * 256 + lane * 16, b + (lane / 2) * k + slice * 16 + (lane & 1) * 8);
    asm volatile("cp.async.commit_group;");
  };
  float d[4] = {0, 0, 0, 0};
  int slices = k / 16;
  load(0, 0);
  for (int slice = 0; slice < slices; slice++) {
    if (slice + 1 < slices) {
      load(slice + 1, slice + 1 & 1);
      asm volatile("cp.async.wait_group 1;");
    } else {
      asm volatile("cp.async.wait_group 0;");
    }
    __syncwarp();
    unsigned ar[4], br[2], stage = slice & 1;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(ar[0]), "=r"(ar[1]), "=r"(ar[2]), "=r"(ar[3]) : "r"(as_address + stage * 512 + (lane & 15) * 32 + (lane >> 4) * 16));
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];" : "=r"(br[0]), "=r"(br[1]) : "r"(bs_address + stage * 256 + (lane & 7) * 32 + (lane >> 3 & 1) * 16));
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(ar[0]), "r"(ar[1]), "r"(ar[2]), "r"(ar[3]), "r"(br[0]), "r"(br[1]));
    __syncwarp();
  }
  int row = lane / 4, column = lane % 4 * 2;
  c[row * 8 + column] = d[0];
  c[row * 8 + column + 1] = d[1];
  c[(row + 8) * 8 + column] = d[2];
  c[(row + 8) * 8 + column + 1] = d[3];
}
