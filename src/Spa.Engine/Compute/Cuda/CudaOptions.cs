using Spa.Engine.Compute.Cuda.Jit;
using Spa.Interop.Loading;

namespace Spa.Engine.Compute.Cuda;

/// <summary>Which device a <see cref="CudaBackend"/> uses, and where its kernels come from.</summary>
public sealed record CudaOptions
{
    /// <summary>Where the driver's functions come from: the installed driver, or an emulated device.</summary>
    public required IEntryPoints Driver { get; init; }

    /// <summary>Number of the device, from 0.</summary>
    public int Ordinal { get; init; }

    /// <summary>The driver is software that executes PTX: kernels are compiled to PTX with line information, never to machine code.</summary>
    public bool Emulated { get; init; }

    /// <summary>Where kernels come from; null: the embedded sources, the user's cache and the NVRTC of this machine, as the environment says.</summary>
    public KernelJit? Jit { get; init; }

    /// <summary>Wait after every launch, so that a fault names the kernel that made it. Slow. Null: as <c>SPA_CHECKS=1</c> says.</summary>
    public bool? CheckLaunches { get; init; }

    /// <summary>A generation step that continues every sequence by one token is recorded and launched as one graph. False: its kernels are launched one by one, with the same results.</summary>
    public bool RecordSteps { get; init; } = true;

    /// <summary>Who multiplies large bfloat16 matrices.</summary>
    public GemmLibrary Gemm { get; init; }

    /// <summary>Where cuBLASLt's functions come from; null: the library that is installed.</summary>
    public IEntryPoints? CublasLt { get; init; }

    /// <summary>Is told what the user should know and cannot see: a library that is missing and what takes its place.</summary>
    public Action<string>? Notice { get; init; }
}
