using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Compute.Cuda.Kernels;
using Spa.Interop.Nvrtc;
using Spa.Tests.Support;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>A kernel of two constants with a header in a header, for tests of what handles kernels.</summary>
internal static class TestKernel
{
    public static readonly KernelTemplate Template = new("scale", "scale_forward", ["SPA_FACTOR", "SPA_SHARED"], registers: 32, variants: [[2, 0], [3, 0], [3, 1]]);

    public static readonly Dictionary<string, string> Files = new()
    {
        ["scale.cu"] = """
            #include "common/outer.cuh"
            constexpr int kFactor = SPA_FACTOR;
            struct ScaleArgs { float* x; int count; };
            extern "C" __global__ void __launch_bounds__(128) scale_forward(const __grid_constant__ ScaleArgs args) {
                __shared__ float tile[128];
                int i = blockIdx.x * blockDim.x + threadIdx.x;
                if (SPA_SHARED) tile[threadIdx.x ^ 1] = args.x[i];
                __syncthreads();
                if (i < args.count) args.x[i] = scaled(SPA_SHARED ? tile[threadIdx.x] : args.x[i], kFactor);
            }

            """,
        ["common/outer.cuh"] = "#pragma once\n  # include \"inner.cuh\"\n#include \"common/inner.cuh\"\n",
        ["common/inner.cuh"] = "#pragma once\n__device__ inline float scaled(float x, int factor) {\n    return x * factor;\n}\n",
    };

    public static KernelSources Sources(string? file = null, string? text = null)
    {
        Dictionary<string, string> files = new(Files);
        if (file is not null) files[file] = text!;
        return new KernelSources(files);
    }

    public static KernelKey Key(KernelTarget target, KernelVariant? variant = null, KernelSources? sources = null) => new(variant ?? Template.Variants[0], target, (sources ?? Sources()).Get("scale"));

    /// <summary>The real compiler, or the running test is skipped.</summary>
    public static KernelCompiler Compiler() => new(new NvrtcCompiler(SharedNvrtc.Require()));
}
