// What went wrong in data that only the device sees. The host reads the word when it waits for the stream, and throws.
#pragma once

constexpr int kFaultLabel = 2;   // a label outside the vocabulary
constexpr int kFaultLogits = 3;  // a row of logits without a distribution

// The first fault stays.
__device__ __forceinline__ void report_fault(int* fault, int code)
{
    if (fault != nullptr) atomicCAS(fault, 0, code);
}
