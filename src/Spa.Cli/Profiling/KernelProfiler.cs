using Spa.Emulator;
using Spa.Emulator.Counters;
using Spa.Emulator.Driver;
using Spa.Engine.Compute.Cuda;
using Spa.Engine.Compute.Cuda.Cases;
using Spa.Engine.Compute.Cuda.Jit;

namespace Spa.Cli.Profiling;

/// <summary>Runs cases on emulated devices that count. The counts are exact and the same in every run; they are those of PTX instructions, before the driver's assembler.</summary>
internal static class KernelProfiler
{
    /// <summary>What every kernel of every case did, in the order of the cases and then of the kernels' names.</summary>
    /// <param name="cases">What to run; each has a device of its own.</param>
    /// <param name="jit">Where kernels come from.</param>
    /// <param name="threads">Devices that run at once; 0: one per processor.</param>
    /// <param name="progress">Told after each case how many are done.</param>
    /// <param name="cancel">Stops after the cases that are running.</param>
    public static IReadOnlyList<KernelProfile> Run(IReadOnlyList<KernelCase> cases, KernelJit jit, int threads, Action<int, KernelCase>? progress = null, CancellationToken cancel = default)
    {
        var profiles = new KernelProfile[cases.Count][];
        int done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancel };
        // One by one: a part of neighbours for each thread would leave one of them with all that is slow.
        Parallel.ForEach(Enumerable.Range(0, cases.Count), options, i =>
        {
            profiles[i] = Run(cases[i], jit);
            progress?.Invoke(Interlocked.Increment(ref done), cases[i]);
        });
        return [.. profiles.SelectMany(part => part)];
    }

    private static KernelProfile[] Run(KernelCase work, KernelJit jit)
    {
        SortedDictionary<string, LaunchCounts> counts = new(StringComparer.Ordinal);
        // Accesses are checked by the tests of the ops; here they would only cost time.
        using EmulatedDriver driver = new(new EmulatedDriverOptions { Emulator = new EmulatorOptions { Count = true, Check = false }, FaultOutput = null });
        using CudaBackend backend = new(new CudaOptions { Driver = driver, Ordinal = driver.FirstOrdinal, Emulated = true, Jit = jit, CheckLaunches = false, Gemm = GemmLibrary.Own });
        using CaseTensors tensors = new(backend);
        Action run = work.Prepare(tensors);
        backend.Synchronize();
        driver.Launched += launch => counts[launch.Kernel] = counts.TryGetValue(launch.Kernel, out LaunchCounts? before) ? before + launch.Counts! : launch.Counts!;
        run();
        backend.Synchronize();
        return [.. counts.Values.Select(sum => new KernelProfile(work.Name, sum))];
    }
}
