// Tensor-core and asynchronous-copy instructions of sm_80 and newer, as inline PTX. Lanes below are those of one warp; group = lane / 4,
// pair = 2 * (lane % 4).
#pragma once

// The lane, read anew at each call: what is derived from it is not kept in registers over a loop, where accumulators need them.
__device__ __forceinline__ int fresh_lane() {
    int lane;
    asm volatile("mov.u32 %0, %%laneid;" : "=r"(lane));
    return lane;
}

// A shared-memory pointer as the 32-bit address that ldmatrix and cp.async take.
__device__ __forceinline__ unsigned shared_address(const void* pointer) {
    return static_cast<unsigned>(__cvta_generic_to_shared(pointer));
}

// d[16, 8] += a[16, 16] b[16, 8], float32 sums of bfloat16 products.
// a: rows group (a[0], a[2]) and group + 8 (a[1], a[3]), columns pair, pair + 1 (a[0], a[1]) and 8 more (a[2], a[3]).
// b: column group, rows pair, pair + 1 (b0) and 8 more (b1). d: rows group (d[0], d[1]) and group + 8 (d[2], d[3]), columns pair, pair + 1.
__device__ __forceinline__ void mma_bf16(float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Four 8x8 matrices of 16-bit elements: lanes 8i .. 8i + 7 give the addresses of the eight 16-byte rows of matrix i, and r[i] receives row
// group, columns pair and pair + 1 of it.
__device__ __forceinline__ void load_matrices(unsigned (&r)[4], unsigned address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}

// As load_matrices, each matrix transposed: r[i] receives rows pair and pair + 1 of column group.
__device__ __forceinline__ void load_matrices_transposed(unsigned (&r)[4], unsigned address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}

// Copies 16 bytes from global to shared memory without a register in between, around L1 (.cg). Bytes from `bytes` (0 to 16) on are filled
// with zero and not read; both addresses are multiples of 16.
__device__ __forceinline__ void copy_async_16(unsigned shared, const void* global, int bytes = 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" : : "r"(shared), "l"(__cvta_generic_to_global(global)), "r"(bytes) : "memory");
}

// Closes the group of copies started since the last call.
__device__ __forceinline__ void copy_async_commit() {
    asm volatile("cp.async.commit_group;" : : : "memory");
}

// Waits until at most kPending of this thread's groups are still under way. Other threads' copies need a barrier on top.
template <int kPending>
__device__ __forceinline__ void copy_async_wait() {
    asm volatile("cp.async.wait_group %0;" : : "n"(kPending) : "memory");
}
