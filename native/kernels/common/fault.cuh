// A word on the device in which a kernel leaves what it refused; the host reads it at its next wait and throws.
#pragma once

// The codes of FaultKind.cs.
constexpr unsigned kFaultTokenId = 1;
constexpr unsigned kFaultIndex = 2;
constexpr unsigned kFaultPosition = 3;
constexpr unsigned kFaultLabel = 4;   // a label outside the vocabulary
constexpr unsigned kFaultLogits = 5;  // a row of logits without a distribution: value 1 where one is NaN, else 0; the limit says nothing

struct FaultRecord {
    unsigned long long first;  // position << 32 | value of the first element that was refused; all ones: none
    long long limit;           // values must be in [0, limit)
    unsigned code;             // 0: no fault
};
static_assert(sizeof(FaultRecord) == 24);

// The kind that comes first stays; among its elements the lowest position wins, so the message does not depend on which thread was first.
__device__ __forceinline__ void report_fault(FaultRecord* fault, unsigned code, long long limit, long long position, int value) {
    const unsigned seen = atomicCAS(&fault->code, 0u, code);
    if (seen != 0 && seen != code) return;
    atomicExch(reinterpret_cast<unsigned long long*>(&fault->limit), static_cast<unsigned long long>(limit));
    atomicMin(&fault->first, static_cast<unsigned long long>(position) << 32 | static_cast<unsigned>(value));
}

__device__ __forceinline__ bool is_below(int value, long long limit) { return value >= 0 && value < limit; }
