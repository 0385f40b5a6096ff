// How an elementwise kernel walks rows of chunks. A block of 256 threads covers 2^shift neighbouring chunks of 256 >> shift rows at a
// time; the host picks shift so that narrow matrices fill the block too. A contiguous tensor is one long row.
#pragma once

#include "common/types.cuh"

constexpr int kThreads = 256;

// Calls body.at<kWhole>(row, first column, elements); kWhole: all kCount exist and are aligned. Only the last chunk of a row can be
// partial; it goes element by element.
template <bool kVector, int kCount, typename Body>
__device__ __forceinline__ void for_each_chunk(long long rows, long long columns, int shift, const Body& body) {
    const int across = 1 << shift, down = kThreads >> shift;
    const long long column = (static_cast<long long>(blockIdx.x) * across + (threadIdx.x & (across - 1))) * kCount;
    if (column >= columns) return;
    const int count = static_cast<int>(min(static_cast<long long>(kCount), columns - column));
    for (long long row = static_cast<long long>(blockIdx.y) * down + (threadIdx.x >> shift); row < rows;
         row += static_cast<long long>(gridDim.y) * down) {
        if (kVector && count == kCount) {
            body.template at<kVector>(row, column, kCount);
        } else {
            body.template at<false>(row, column, count);
        }
    }
}
