using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The op catalogue on the processor: kernels on sixteen float32 lanes, a pool of threads, no native library. One file per group of ops;
/// a file <c>CpuBackend.Topic.cs</c> checks shapes and splits the work, the kernels are beside it in <c>Topic.cs</c>.
/// </summary>
public sealed unsafe partial class CpuBackend : ComputeBackend
{
    private readonly WorkerPool _pool;
    private readonly SimdLevel _simd;

    public CpuBackend(CpuOptions? options = null)
    {
        options ??= new CpuOptions();
        if (options.Simd > SimdLevels.Widest) throw new SpaException($"{options.Simd} is not available on this processor; the widest is {SimdLevels.Widest}");
        _simd = options.Simd;
        _pool = new WorkerPool(options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
    }

    public override string Name => "cpu";

    public override string Device => $"{RuntimeInformation.ProcessArchitecture} CPU, {_pool.Threads} thread{(_pool.Threads == 1 ? "" : "s")}, {_simd}";

    /// <summary>Threads that compute.</summary>
    public int Threads => _pool.Threads;

    public override void Dispose()
    {
        _pool.Dispose();
        _matMulRows.Dispose();
        _matMulScratch.Dispose();
        _adafactorScratch.Dispose();
        _attention.Dispose();
    }

    public override void Upload<T>(Tensor destination, ReadOnlySpan<T> source)
    {
        CheckTransfer(destination, source.Length, sizeof(T));
        source.CopyTo(new Span<T>((void*)destination.Address, source.Length));
    }

    public override void Download<T>(Span<T> destination, Tensor source)
    {
        CheckTransfer(source, destination.Length, sizeof(T));
        new ReadOnlySpan<T>((void*)source.Address, destination.Length).CopyTo(destination);
    }

    public override void Synchronize() { }

    protected override nint Allocate(long bytes, string purpose)
    {
        try
        {
            return (nint)NativeMemory.AlignedAlloc((nuint)bytes, Arena.Alignment);
        }
        catch (OutOfMemoryException)
        {
            throw new SpaException($"{purpose}: {bytes:N0} bytes of memory are not to be had; use a smaller batch, shorter sequences or a smaller model");
        }
    }

    protected internal override void Free(nint address) => NativeMemory.AlignedFree((void*)address);
}
