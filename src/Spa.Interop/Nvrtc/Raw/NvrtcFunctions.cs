using Spa.Interop.Loading;

namespace Spa.Interop.Nvrtc;

/// <summary>NVRTC's functions, named as in nvrtc.h. A function that the library lacks is null.</summary>
/// <param name="library">Where the functions come from.</param>
public sealed unsafe partial class NvrtcFunctions(IEntryPoints library)
{
    /// <summary>Where the functions came from.</summary>
    public IEntryPoints Library { get; } = library;

    public readonly delegate* unmanaged<nvrtcResult, byte*> nvrtcGetErrorString = (delegate* unmanaged<nvrtcResult, byte*>)library.Find("nvrtcGetErrorString");

    public readonly delegate* unmanaged<int*, int*, nvrtcResult> nvrtcVersion = (delegate* unmanaged<int*, int*, nvrtcResult>)library.Find("nvrtcVersion");

    public readonly delegate* unmanaged<int*, nvrtcResult> nvrtcGetNumSupportedArchs = (delegate* unmanaged<int*, nvrtcResult>)library.Find("nvrtcGetNumSupportedArchs");

    public readonly delegate* unmanaged<int*, nvrtcResult> nvrtcGetSupportedArchs = (delegate* unmanaged<int*, nvrtcResult>)library.Find("nvrtcGetSupportedArchs");

    public readonly delegate* unmanaged<nvrtcProgram*, byte*, byte*, int, byte**, byte**, nvrtcResult> nvrtcCreateProgram =
        (delegate* unmanaged<nvrtcProgram*, byte*, byte*, int, byte**, byte**, nvrtcResult>)library.Find("nvrtcCreateProgram");

    public readonly delegate* unmanaged<nvrtcProgram*, nvrtcResult> nvrtcDestroyProgram =
        (delegate* unmanaged<nvrtcProgram*, nvrtcResult>)library.Find("nvrtcDestroyProgram");

    public readonly delegate* unmanaged<nvrtcProgram, int, byte**, nvrtcResult> nvrtcCompileProgram =
        (delegate* unmanaged<nvrtcProgram, int, byte**, nvrtcResult>)library.Find("nvrtcCompileProgram");

    public readonly delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult> nvrtcGetPTXSize =
        (delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult>)library.Find("nvrtcGetPTXSize");

    public readonly delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult> nvrtcGetPTX =
        (delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult>)library.Find("nvrtcGetPTX");

    public readonly delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult> nvrtcGetCUBINSize =
        (delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult>)library.Find("nvrtcGetCUBINSize");

    public readonly delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult> nvrtcGetCUBIN =
        (delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult>)library.Find("nvrtcGetCUBIN");

    public readonly delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult> nvrtcGetProgramLogSize =
        (delegate* unmanaged<nvrtcProgram, nuint*, nvrtcResult>)library.Find("nvrtcGetProgramLogSize");

    public readonly delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult> nvrtcGetProgramLog =
        (delegate* unmanaged<nvrtcProgram, byte*, nvrtcResult>)library.Find("nvrtcGetProgramLog");
}
