using Spa.Emulator.Ptx;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>A kernel in a context: its attributes, and the checks of a launch.</summary>
internal sealed class EmulatedFunction : EmulatedObject
{
    public EmulatedFunction(EmulatedContext context, PtxFunction function)
        : base(context, "function")
    {
        Function = function;
        Function.MaxDynamicSharedBytes = Math.Max(0, EmulatedArchitecture.SharedBytesPerBlock - (int)function.StaticSharedBytes);
        Context.Objects.Remove(this);
    }

    public PtxFunction Function { get; }

    private EmulatedArchitecture Architecture => Context.Driver.Options.Architecture;

    private int MaxThreads => Function.MaxThreads > 0 ? Math.Min(Function.MaxThreads, EmulatedArchitecture.MaxThreadsPerBlock) : EmulatedArchitecture.MaxThreadsPerBlock;

    /// <summary>
    /// PTX has any number of registers, so the emulator says what the compiler may use at most: all that let a block of the declared size run, in steps of 8, up to 255.
    /// </summary>
    private int Registers => Math.Min(255, EmulatedArchitecture.Registers / MaxThreads / 8 * 8);

    public int GetAttribute(CUfunction_attribute attribute) => attribute switch
    {
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK => MaxThreads,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES => (int)Function.StaticSharedBytes,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES => 0,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES => (int)Function.LocalBytes,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS => Registers,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_PTX_VERSION or CUfunction_attribute.CU_FUNC_ATTRIBUTE_BINARY_VERSION => Architecture.Target,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_CACHE_MODE_CA => 0,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES => (int)Function.MaxDynamicSharedBytes,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT => -1,
        _ => throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{attribute} is not known"),
    };

    public void SetAttribute(CUfunction_attribute attribute, int value)
    {
        if (attribute == CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT && value is >= -1 and <= 100) return;
        if (attribute != CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES)
            throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{attribute} cannot be set to {value}");
        int limit = Architecture.SharedBytesPerBlockOptIn - (int)Function.StaticSharedBytes;
        if (value < 0 || value > limit)
            throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"{Function.Name}: expected at most {limit} bytes of dynamic shared memory, found {value}");
        Function.MaxDynamicSharedBytes = value;
    }

    /// <summary>Refuses what no device can launch, with the codes of the real driver.</summary>
    public void ThrowIfNotLaunchable(in LaunchGeometry shape)
    {
        if (shape.GridX < 1 || shape.GridY is < 1 or > 65535 || shape.GridZ is < 1 or > 65535)
            Refuse($"expected a grid of at least 1 and at most {int.MaxValue}, 65535, 65535 blocks, found {shape.GridX}, {shape.GridY}, {shape.GridZ}");
        long threads = (long)shape.BlockX * shape.BlockY * shape.BlockZ;
        if (shape.BlockX is < 1 or > 1024 || shape.BlockY is < 1 or > 1024 || shape.BlockZ is < 1 or > 64 || threads > EmulatedArchitecture.MaxThreadsPerBlock)
            Refuse($"expected 1 to {EmulatedArchitecture.MaxThreadsPerBlock} threads in a block, found {shape.BlockX}, {shape.BlockY}, {shape.BlockZ}");
        if (threads > MaxThreads)
            Refuse($"the kernel was compiled for at most {MaxThreads} threads in a block, found {threads}", CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
        if (shape.DynamicSharedBytes < 0 || shape.DynamicSharedBytes > Function.MaxDynamicSharedBytes)
            Refuse($"expected at most {Function.MaxDynamicSharedBytes} bytes of dynamic shared memory (CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES), found {shape.DynamicSharedBytes}");
    }

    /// <summary>Blocks that fit on a multiprocessor at once: the least of what threads, registers, shared memory and the limit of blocks allow.</summary>
    public int Occupancy(int threads, long dynamicSharedBytes)
    {
        if (threads < 1 || threads > MaxThreads || dynamicSharedBytes < 0 || dynamicSharedBytes > Function.MaxDynamicSharedBytes) return 0;
        int warps = (threads + EmulatedArchitecture.WarpSize - 1) / EmulatedArchitecture.WarpSize;
        int registersPerWarp = (Registers * EmulatedArchitecture.WarpSize + 255) / 256 * 256;
        long shared = (Function.StaticSharedBytes + dynamicSharedBytes + EmulatedArchitecture.ReservedSharedBytesPerBlock + 127) / 128 * 128;
        long blocks = Math.Min(EmulatedArchitecture.MaxBlocksPerMultiprocessor, EmulatedArchitecture.MaxThreadsPerMultiprocessor / EmulatedArchitecture.WarpSize / warps);
        blocks = Math.Min(blocks, EmulatedArchitecture.Registers / registersPerWarp / warps);
        return (int)Math.Min(blocks, Architecture.SharedBytesPerMultiprocessor / shared);
    }

    private void Refuse(string reason, CUresult result = CUresult.CUDA_ERROR_INVALID_VALUE) => throw new DriverErrorException(result, $"{Function.Name}: {reason}");
}
