namespace Spa.Interop.Driver;

public sealed unsafe partial class CudaDriver
{
    /// <summary>Loads a cubin, or PTX that the driver compiles for the current device.</summary>
    public CUmodule ModuleLoadData(ReadOnlySpan<byte> image)
    {
        // The driver is not told a length: text must end with a zero.
        if (image.Length > 0 && image[^1] != 0 && !image.StartsWith("\u007fELF"u8)) image = (byte[])[.. image, 0];
        Require(_f.cuModuleLoadData);
        CUmodule module;
        fixed (byte* pointer = image) ThrowIfFailed(_f.cuModuleLoadData(&module, pointer), $"cuModuleLoadData({image.Length} bytes)");
        return module;
    }

    public CUfunction ModuleGetFunction(CUmodule module, string name)
    {
        Require(_f.cuModuleGetFunction);
        CUfunction function;
        fixed (byte* pointer = Utf8.Bytes(name)) ThrowIfFailed(_f.cuModuleGetFunction(&function, module, pointer), $"cuModuleGetFunction(name: {name})");
        return function;
    }

    /// <summary>Address and bytes of a variable of the module.</summary>
    public (CUdeviceptr Address, long Bytes) ModuleGetGlobal(CUmodule module, string name)
    {
        Require(_f.cuModuleGetGlobal);
        CUdeviceptr address;
        nuint bytes;
        fixed (byte* pointer = Utf8.Bytes(name)) ThrowIfFailed(_f.cuModuleGetGlobal(&address, &bytes, module, pointer), $"cuModuleGetGlobal(name: {name})");
        return (address, (long)bytes);
    }

    /// <summary>Loads a cubin or PTX for every context of the process.</summary>
    public CUlibrary LibraryLoadData(ReadOnlySpan<byte> image)
    {
        Require(_f.cuLibraryLoadData);
        CUlibrary library;
        fixed (byte* pointer = image) ThrowIfFailed(_f.cuLibraryLoadData(&library, pointer, null, null, 0, null, null, 0), $"cuLibraryLoadData({image.Length} bytes)");
        return library;
    }

    /// <summary>A kernel of a library, for the current context.</summary>
    public CUfunction LibraryGetFunction(CUlibrary library, string name)
    {
        Require(_f.cuLibraryGetKernel);
        Require(_f.cuKernelGetFunction);
        CUkernel kernel;
        CUfunction function;
        fixed (byte* pointer = Utf8.Bytes(name)) ThrowIfFailed(_f.cuLibraryGetKernel(&kernel, library, pointer), $"cuLibraryGetKernel(name: {name})");
        ThrowIfFailed(_f.cuKernelGetFunction(&function, kernel), $"cuKernelGetFunction({name})");
        return function;
    }

    public int FuncGetAttribute(CUfunction_attribute attribute, CUfunction function)
    {
        Require(_f.cuFuncGetAttribute);
        int value;
        ThrowIfFailed(_f.cuFuncGetAttribute(&value, attribute, function), $"cuFuncGetAttribute(attrib: {attribute})");
        return value;
    }

    public void FuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value)
    {
        Require(_f.cuFuncSetAttribute);
        ThrowIfFailed(_f.cuFuncSetAttribute(function, attribute, value), $"cuFuncSetAttribute(attrib: {attribute}, value: {value})");
    }

    /// <summary>Starts a kernel.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="gridX">Blocks.</param>
    /// <param name="gridY">Blocks.</param>
    /// <param name="gridZ">Blocks.</param>
    /// <param name="blockX">Threads.</param>
    /// <param name="blockY">Threads.</param>
    /// <param name="blockZ">Threads.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="stream">Where the work queues.</param>
    /// <param name="parameters">Address of each argument.</param>
    public void LaunchKernel(CUfunction function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, CUstream stream, void** parameters)
    {
        Require(_f.cuLaunchKernel);
        ThrowIfFailed(_f.cuLaunchKernel(function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, stream, parameters, null),
            $"cuLaunchKernel(grid: ({gridX}, {gridY}, {gridZ}), block: ({blockX}, {blockY}, {blockZ}), sharedMemBytes: {sharedBytes})");
    }

    /// <summary>Starts a kernel with launch attributes: clusters, cooperative groups, early starts.</summary>
    public void LaunchKernelEx(in CUlaunchConfig config, CUfunction function, void** parameters)
    {
        Require(_f.cuLaunchKernelEx);
        fixed (CUlaunchConfig* pointer = &config)
            ThrowIfFailed(_f.cuLaunchKernelEx(pointer, function, parameters, null),
                $"cuLaunchKernelEx(grid: ({config.gridDimX}, {config.gridDimY}, {config.gridDimZ}), block: ({config.blockDimX}, {config.blockDimY}, {config.blockDimZ}), sharedMemBytes: {config.sharedMemBytes}, attributes: {config.numAttrs})");
    }

    /// <summary>Blocks of a kernel that fit on a multiprocessor at once.</summary>
    public int OccupancyMaxActiveBlocksPerMultiprocessor(CUfunction function, int threads, nuint sharedBytes)
    {
        Require(_f.cuOccupancyMaxActiveBlocksPerMultiprocessor);
        int blocks;
        ThrowIfFailed(_f.cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, function, threads, sharedBytes),
            $"cuOccupancyMaxActiveBlocksPerMultiprocessor(blockSize: {threads}, dynamicSMemSize: {sharedBytes})");
        return blocks;
    }
}
