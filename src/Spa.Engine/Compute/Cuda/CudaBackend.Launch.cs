using Spa.Engine.Compute.Cuda.Kernels;
using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    private readonly Dictionary<KernelVariant, LoadedKernel> _kernels = [];
    private readonly List<CudaModule> _modules = [];
    private KernelVariant _lastLaunch;

    /// <summary>1 for bfloat16, 0 for float32: what the <c>SPA_..._BF16</c> macros take. An absent tensor counts as float32.</summary>
    private static int Bf16(Tensor tensor) => tensor.Type == DType.BFloat16 && !tensor.IsAbsent ? 1 : 0;

    /// <summary>Blocks of <paramref name="size"/> that cover <paramref name="count"/> elements.</summary>
    private static int Blocks(long count, int size) => checked((int)((count + size - 1) / size));

    /// <summary>
    /// Starts a kernel. The first launch of a variant loads it (and compiles it, where the cache does not have it); later ones find it by its parameters,
    /// allocate nothing and do not wait.
    /// </summary>
    /// <param name="variant">The kernel with its compile-time parameters.</param>
    /// <param name="shape">Blocks and threads; an empty grid is nothing to do.</param>
    /// <param name="args">The kernel's one parameter, passed by value.</param>
    /// <exception cref="SpaException">The kernel cannot be built, or the device refuses the launch.</exception>
    private void Launch<TArgs>(in KernelVariant variant, in LaunchShape shape, in TArgs args)
        where TArgs : unmanaged
    {
        if (shape.GridX == 0 || shape.GridY == 0 || shape.GridZ == 0) return;
        _context.MakeCurrent();
        if (!_kernels.TryGetValue(variant, out LoadedKernel? kernel)) kernel = Load(variant);
        try
        {
            kernel.AllowShared(shape.SharedBytes);
            fixed (TArgs* argument = &args)
            {
                void* parameter = argument;
                _driver.LaunchKernel(kernel.Function.Handle, (uint)shape.GridX, (uint)shape.GridY, (uint)shape.GridZ, (uint)shape.Threads, 1, 1, (uint)shape.SharedBytes, _stream.Handle, &parameter);
            }

            _lastLaunch = variant;
            if (_checkLaunches) _stream.Synchronize();
        }
        catch (CudaException error)
        {
            throw LaunchFault(variant, shape, error);
        }
    }

    private LoadedKernel Load(in KernelVariant variant)
    {
        if (_capturing) throw new InvalidOperationException($"{variant} is launched for the first time while a graph is captured; run the step once before");
        ReadOnlyMemory<byte> image = _jit.Image(variant, _target);
        try
        {
            CudaModule module = new(_context, image.Span);
            _modules.Add(module);
            LoadedKernel kernel = new(module.GetFunction(variant.Template.Entry));
            _kernels.Add(variant, kernel);
            return kernel;
        }
        catch (CudaException error)
        {
            throw new SpaException($"{variant} cannot be loaded on {_context.Device.Name}: {error.Message}; 'spa kernels clear' empties the cache, a newer driver reads newer code", error);
        }
    }

    private SpaException LaunchFault(in KernelVariant variant, in LaunchShape shape, CudaException error) =>
        new($"{variant} with {shape} on {_context.Device.Name} (at most {_context.Device.MaxThreadsPerBlock} threads and {_context.Device.MaxSharedBytes:N0} bytes of shared memory): {error.Message}", error);

    private void DisposeKernels()
    {
        foreach (CudaModule module in _modules) module.Dispose();
        _modules.Clear();
        _kernels.Clear();
    }
}
