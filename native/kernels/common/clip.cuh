// Clipping of gradients by their norm, which lies on the device: no update waits for the host.
#pragma once

// min(1, maxNorm / (norm + 1e-6)); maxNorm 0: no clipping. A NaN norm stays NaN.
__device__ __forceinline__ float clip_by_norm(float maxNorm, const float* norm) {
    if (maxNorm <= 0) return 1.0f;
    const float clip = maxNorm / (*norm + 1e-6f);
    return clip > 1.0f ? 1.0f : clip;
}
