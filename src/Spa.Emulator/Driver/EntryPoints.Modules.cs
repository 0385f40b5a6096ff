using System.Runtime.InteropServices;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

internal static unsafe partial class EntryPoints
{
    private static nint FindModule(string name) => name switch
    {
        "cuModuleLoadData" => (nint)(delegate* unmanaged<CUmodule*, void*, CUresult>)&cuModuleLoadData,
        "cuModuleUnload" => (nint)(delegate* unmanaged<CUmodule, CUresult>)&cuModuleUnload,
        "cuModuleGetFunction" => (nint)(delegate* unmanaged<CUfunction*, CUmodule, byte*, CUresult>)&cuModuleGetFunction,
        "cuModuleGetGlobal_v2" => (nint)(delegate* unmanaged<CUdeviceptr*, nuint*, CUmodule, byte*, CUresult>)&cuModuleGetGlobal,
        "cuLibraryLoadData" => (nint)(delegate* unmanaged<CUlibrary*, void*, CUjit_option*, void**, uint, CUlibraryOption*, void**, uint, CUresult>)&cuLibraryLoadData,
        "cuLibraryUnload" => (nint)(delegate* unmanaged<CUlibrary, CUresult>)&cuLibraryUnload,
        "cuLibraryGetKernel" => (nint)(delegate* unmanaged<CUkernel*, CUlibrary, byte*, CUresult>)&cuLibraryGetKernel,
        "cuKernelGetFunction" => (nint)(delegate* unmanaged<CUfunction*, CUkernel, CUresult>)&cuKernelGetFunction,
        "cuFuncGetAttribute" => (nint)(delegate* unmanaged<int*, CUfunction_attribute, CUfunction, CUresult>)&cuFuncGetAttribute,
        "cuFuncSetAttribute" => (nint)(delegate* unmanaged<CUfunction, CUfunction_attribute, int, CUresult>)&cuFuncSetAttribute,
        "cuLaunchKernel" => (nint)(delegate* unmanaged<CUfunction, uint, uint, uint, uint, uint, uint, uint, CUstream, void**, void**, CUresult>)&cuLaunchKernel,
        "cuLaunchKernelEx" => (nint)(delegate* unmanaged<CUlaunchConfig*, CUfunction, void**, void**, CUresult>)&cuLaunchKernelEx,
        "cuOccupancyMaxActiveBlocksPerMultiprocessor" => (nint)(delegate* unmanaged<int*, CUfunction, int, nuint, CUresult>)&cuOccupancyMaxActiveBlocksPerMultiprocessor,
        _ => 0,
    };

    [UnmanagedCallersOnly]
    private static CUresult cuModuleLoadData(CUmodule* module, void* image) => InContext(nameof(cuModuleLoadData), context =>
    {
        Require(module, nameof(module));
        *module = new CUmodule(new EmulatedModule(context, ModuleImage.Text(image, context.Driver.Options.Architecture)).Handle);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuModuleUnload(CUmodule module) => On<EmulatedModule>(nameof(cuModuleUnload), module.Value, "module", static target => target.Destroy());

    [UnmanagedCallersOnly]
    private static CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, byte* name) =>
        On<EmulatedModule>(nameof(cuModuleGetFunction), module.Value, "module", target =>
        {
            Require(function, nameof(function));
            *function = new CUfunction(target.GetFunction(Text(name)).Handle);
        });

    [UnmanagedCallersOnly]
    private static CUresult cuModuleGetGlobal(CUdeviceptr* address, nuint* bytes, CUmodule module, byte* name) =>
        On<EmulatedModule>(nameof(cuModuleGetGlobal), module.Value, "module", target =>
        {
            (ulong start, long size) = target.GetGlobal(Text(name));
            if (address is not null) *address = new CUdeviceptr(start);
            if (bytes is not null) *bytes = (nuint)size;
        });

    /// <summary>Options of the compiler are accepted and change nothing.</summary>
    [UnmanagedCallersOnly]
    private static CUresult cuLibraryLoadData(CUlibrary* library, void* code, CUjit_option* jitOptions, void** jitValues, uint jitCount, CUlibraryOption* options, void** values, uint count) =>
        InContext(nameof(cuLibraryLoadData), context =>
        {
            Require(library, nameof(library));
            *library = new CUlibrary(new EmulatedLibrary(context, ModuleImage.Text(code, context.Driver.Options.Architecture)).Handle);
        });

    [UnmanagedCallersOnly]
    private static CUresult cuLibraryUnload(CUlibrary library) => On<EmulatedLibrary>(nameof(cuLibraryUnload), library.Value, "library", static target => target.Destroy());

    [UnmanagedCallersOnly]
    private static CUresult cuLibraryGetKernel(CUkernel* kernel, CUlibrary library, byte* name) =>
        On<EmulatedLibrary>(nameof(cuLibraryGetKernel), library.Value, "library", target =>
        {
            Require(kernel, nameof(kernel));
            *kernel = new CUkernel(target.GetKernel(Text(name)).Handle);
        });

    [UnmanagedCallersOnly]
    private static CUresult cuKernelGetFunction(CUfunction* function, CUkernel kernel) => InContext(nameof(cuKernelGetFunction), context =>
    {
        Require(function, nameof(function));
        *function = new CUfunction(Function(new CUfunction(kernel.Value), context).Handle);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuFuncGetAttribute(int* value, CUfunction_attribute attribute, CUfunction function) => InContext(nameof(cuFuncGetAttribute), context =>
    {
        Require(value, nameof(value));
        *value = Function(function, context).GetAttribute(attribute);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) => InContext(nameof(cuFuncSetAttribute), context =>
        Function(function, context).SetAttribute(attribute, value));

    [UnmanagedCallersOnly]
    private static CUresult cuLaunchKernel(CUfunction function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint shared, CUstream stream, void** arguments, void** extra) =>
        OnStream(nameof(cuLaunchKernel), stream, target => Launch(target, function, Shape(gridX, gridY, gridZ, blockX, blockY, blockZ, shared), arguments, extra));

    /// <summary>Attributes that only hint are accepted; clusters and cooperative launches are not emulated.</summary>
    [UnmanagedCallersOnly]
    private static CUresult cuLaunchKernelEx(CUlaunchConfig* config, CUfunction function, void** arguments, void** extra)
    {
        if (config is null) return Free(nameof(cuLaunchKernelEx), static () => throw Invalid("expected a configuration, found a null pointer"));
        return OnStream(nameof(cuLaunchKernelEx), config->hStream, target =>
        {
            for (uint i = 0; i < config->numAttrs; i++) Check(config->attrs[i]);
            Launch(target, function, Shape(config->gridDimX, config->gridDimY, config->gridDimZ, config->blockDimX, config->blockDimY, config->blockDimZ, config->sharedMemBytes), arguments, extra);
        });
    }

    [UnmanagedCallersOnly]
    private static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, CUfunction function, int threads, nuint shared) =>
        InContext(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor), context =>
        {
            Require(blocks, nameof(blocks));
            if (threads < 1) throw Invalid($"expected a block of at least 1 thread, found {threads}");
            *blocks = Function(function, context).Occupancy(threads, (long)Math.Min(shared, int.MaxValue));
        });

    private static void Launch(EmulatedStream stream, CUfunction handle, in LaunchGeometry shape, void** arguments, void** extra)
    {
        EmulatedFunction function = Function(handle, stream.Context);
        function.ThrowIfNotLaunchable(shape);
        stream.Submit(new LaunchWork(function, shape, LaunchArguments.Pack(function.Function, arguments, extra)));
    }

    /// <summary>A function; the driver also takes a kernel of a library in its place.</summary>
    private static EmulatedFunction Function(CUfunction handle, EmulatedContext context) => HandleTable.TryGet(handle.Value, out EmulatedKernel? kernel)
        ? kernel.Function(context)
        : Get<EmulatedFunction>(handle.Value, "function", context);

    /// <summary>Numbers above the range of an int become the largest, which no check lets pass where it matters.</summary>
    private static LaunchGeometry Shape(uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint shared)
    {
        static int Number(uint value) => (int)Math.Min(value, int.MaxValue);
        if (gridX > int.MaxValue) throw Invalid($"expected a grid of at most {int.MaxValue} blocks, found {gridX}");
        return new LaunchGeometry(Number(gridX), Number(gridY), Number(gridZ), Number(blockX), Number(blockY), Number(blockZ), Number(shared));
    }

    private static void Check(in CUlaunchAttribute attribute)
    {
        bool isCluster = attribute.id == CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION
            && (attribute.clusterDimX, attribute.clusterDimY, attribute.clusterDimZ) is not (1, 1, 1);
        bool isCooperative = attribute.id == CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_COOPERATIVE && attribute.cooperative != 0;
        if (isCluster || isCooperative) throw new DriverErrorException(CUresult.CUDA_ERROR_NOT_SUPPORTED, $"{attribute.id} is not emulated");
    }

    private static string Text(byte* name)
    {
        Require(name, nameof(name));
        return Marshal.PtrToStringUTF8((nint)name)!;
    }
}
