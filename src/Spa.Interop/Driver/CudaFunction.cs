namespace Spa.Interop.Driver;

/// <summary>A kernel of a module.</summary>
public sealed unsafe class CudaFunction
{
    internal CudaFunction(CudaModule module, string name, CUfunction handle)
    {
        Module = module;
        Name = name;
        Handle = handle;
    }

    /// <summary>The code that the kernel is part of; it stays loaded as long as the kernel is referred to.</summary>
    public CudaModule Module { get; }

    public string Name { get; }

    public CUfunction Handle { get; }

    /// <summary>Registers of a thread.</summary>
    public int Registers => Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS);

    /// <summary>Bytes of local memory of a thread; spilled registers are there.</summary>
    public int LocalBytes => Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES);

    /// <summary>Bytes of shared memory that the kernel declares.</summary>
    public int StaticSharedBytes => Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES);

    /// <summary>Threads that a block may have.</summary>
    public int MaxThreads => Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK);

    /// <summary>Bytes of dynamic shared memory that a launch may ask for; more than 48 KiB must be set first.</summary>
    public int MaxDynamicSharedBytes
    {
        get => Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
        set => Module.Context.Driver.FuncSetAttribute(Handle, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, value);
    }

    /// <summary>Blocks that fit on a multiprocessor at once.</summary>
    public int BlocksPerMultiprocessor(int threads, int sharedBytes) => Module.Context.Driver.OccupancyMaxActiveBlocksPerMultiprocessor(Handle, threads, (nuint)sharedBytes);

    /// <summary>Starts the kernel, whose one parameter is a struct passed by value.</summary>
    /// <param name="stream">Where the work queues.</param>
    /// <param name="grid">Blocks in x.</param>
    /// <param name="block">Threads in x.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="argument">The parameter; it is copied before the call returns.</param>
    public void Launch<T>(CudaStream stream, int grid, int block, int sharedBytes, in T argument) where T : unmanaged
    {
        fixed (T* pointer = &argument)
        {
            void* parameter = pointer;
            Module.Context.MakeCurrent();
            Module.Context.Driver.LaunchKernel(Handle, (uint)grid, 1, 1, (uint)block, 1, 1, (uint)sharedBytes, stream.Handle, &parameter);
        }
    }

    private int Attribute(CUfunction_attribute attribute) => Module.Context.Driver.FuncGetAttribute(attribute, Handle);
}
