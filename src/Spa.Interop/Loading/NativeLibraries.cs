namespace Spa.Interop.Loading;

/// <summary>The libraries of a GPU machine: under which names they are installed (newest first), and which variable names one by hand.</summary>
public static class NativeLibraries
{
    /// <summary>The oldest CUDA that is spoken to, counted as CUDA counts: C++20 in NVRTC and context-free loading came with 12.0.</summary>
    public const int OldestCuda = 12000;

    /// <summary>Names of the CUDA driver; <c>SPA_CUDA_DRIVER</c> names another file.</summary>
    public static IReadOnlyList<string> CudaDriver => OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so"];

    /// <summary>Names of the run-time compiler; <c>SPA_NVRTC</c> names another file.</summary>
    public static IReadOnlyList<string> Nvrtc => OperatingSystem.IsWindows()
        ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll"]
        : ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so"];

    /// <summary>Names of the matrix library; <c>SPA_CUBLASLT</c> names another file.</summary>
    public static IReadOnlyList<string> CublasLt => OperatingSystem.IsWindows()
        ? ["cublasLt64_13.dll", "cublasLt64_12.dll", "cublasLt64_11.dll"]
        : ["libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so.11", "libcublasLt.so"];

    /// <summary>Looks for the driver and refuses one that is too old.</summary>
    public static NativeProbeResult FindCudaDriver() =>
        NativeProbe.Find(LibrarySearch.Here.Candidates("SPA_CUDA_DRIVER", CudaDriver), library => TooOld(CudaVersions.OfDriver(library)));

    /// <summary>Looks for NVRTC and refuses one that is too old.</summary>
    /// <param name="path">A file that the user named, or null. Nothing else is tried then.</param>
    public static NativeProbeResult FindNvrtc(string? path = null) =>
        NativeProbe.Find(path is null ? LibrarySearch.Here.Candidates("SPA_NVRTC", Nvrtc) : LibrarySearch.Named(path, Nvrtc), library => TooOld(CudaVersions.OfNvrtc(library)));

    /// <summary>Looks for cuBLASLt and refuses one that is too old.</summary>
    public static NativeProbeResult FindCublasLt() =>
        NativeProbe.Find(LibrarySearch.Here.Candidates("SPA_CUBLASLT", CublasLt), library => TooOld(CudaVersions.OfCublasLt(library)));

    private static string? TooOld(int? version) => version switch
    {
        null => "it does not tell its version",
        < OldestCuda => $"version {CudaVersions.Text(version.Value)}; {CudaVersions.Text(OldestCuda)} or newer is needed",
        _ => null,
    };
}
