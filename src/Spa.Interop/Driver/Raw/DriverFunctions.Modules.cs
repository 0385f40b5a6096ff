namespace Spa.Interop.Driver;

public sealed unsafe partial class DriverFunctions
{
    public readonly delegate* unmanaged<CUmodule*, void*, CUresult> cuModuleLoadData = (delegate* unmanaged<CUmodule*, void*, CUresult>)library.Find("cuModuleLoadData");

    public readonly delegate* unmanaged<CUmodule, CUresult> cuModuleUnload = (delegate* unmanaged<CUmodule, CUresult>)library.Find("cuModuleUnload");

    public readonly delegate* unmanaged<CUfunction*, CUmodule, byte*, CUresult> cuModuleGetFunction =
        (delegate* unmanaged<CUfunction*, CUmodule, byte*, CUresult>)library.Find("cuModuleGetFunction");

    public readonly delegate* unmanaged<CUdeviceptr*, nuint*, CUmodule, byte*, CUresult> cuModuleGetGlobal =
        (delegate* unmanaged<CUdeviceptr*, nuint*, CUmodule, byte*, CUresult>)library.Find("cuModuleGetGlobal_v2");

    public readonly delegate* unmanaged<CUlibrary*, void*, CUjit_option*, void**, uint, CUlibraryOption*, void**, uint, CUresult> cuLibraryLoadData =
        (delegate* unmanaged<CUlibrary*, void*, CUjit_option*, void**, uint, CUlibraryOption*, void**, uint, CUresult>)library.Find("cuLibraryLoadData");

    public readonly delegate* unmanaged<CUlibrary, CUresult> cuLibraryUnload = (delegate* unmanaged<CUlibrary, CUresult>)library.Find("cuLibraryUnload");

    public readonly delegate* unmanaged<CUkernel*, CUlibrary, byte*, CUresult> cuLibraryGetKernel =
        (delegate* unmanaged<CUkernel*, CUlibrary, byte*, CUresult>)library.Find("cuLibraryGetKernel");

    public readonly delegate* unmanaged<CUfunction*, CUkernel, CUresult> cuKernelGetFunction =
        (delegate* unmanaged<CUfunction*, CUkernel, CUresult>)library.Find("cuKernelGetFunction");

    public readonly delegate* unmanaged<int*, CUfunction_attribute, CUfunction, CUresult> cuFuncGetAttribute =
        (delegate* unmanaged<int*, CUfunction_attribute, CUfunction, CUresult>)library.Find("cuFuncGetAttribute");

    public readonly delegate* unmanaged<CUfunction, CUfunction_attribute, int, CUresult> cuFuncSetAttribute =
        (delegate* unmanaged<CUfunction, CUfunction_attribute, int, CUresult>)library.Find("cuFuncSetAttribute");

    public readonly delegate* unmanaged<CUfunction, uint, uint, uint, uint, uint, uint, uint, CUstream, void**, void**, CUresult> cuLaunchKernel =
        (delegate* unmanaged<CUfunction, uint, uint, uint, uint, uint, uint, uint, CUstream, void**, void**, CUresult>)library.Find("cuLaunchKernel");

    public readonly delegate* unmanaged<CUlaunchConfig*, CUfunction, void**, void**, CUresult> cuLaunchKernelEx =
        (delegate* unmanaged<CUlaunchConfig*, CUfunction, void**, void**, CUresult>)library.Find("cuLaunchKernelEx");

    public readonly delegate* unmanaged<int*, CUfunction, int, nuint, CUresult> cuOccupancyMaxActiveBlocksPerMultiprocessor =
        (delegate* unmanaged<int*, CUfunction, int, nuint, CUresult>)library.Find("cuOccupancyMaxActiveBlocksPerMultiprocessor");
}
