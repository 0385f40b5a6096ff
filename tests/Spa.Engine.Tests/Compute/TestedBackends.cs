using Spa.Emulator;
using Spa.Emulator.Driver;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Compute.Cuda;
using Spa.Engine.Tests.Support;
using Spa.Tests.Support;

namespace Spa.Engine.Tests.Compute;

internal static class TestedBackends
{
    /// <summary>A backend of this kind for a test of more than one op, as in use: it records steps and does not wait for every launch. The caller disposes it.</summary>
    public static ComputeBackend Create(this TestedBackend tested) => tested switch
    {
        TestedBackend.CudaEmulator => Emulated(1, checkLaunches: false),
        TestedBackend.CudaDevice => OnDevice(checkLaunches: false),
        _ => new CpuBackend(new CpuOptions { Threads = 2 }),
    };

    /// <summary>The same for long runs whose kernels other tests check: an emulated device does not look for uninitialised reads, races and misalignment, and takes less time.</summary>
    public static ComputeBackend CreateUnchecked(this TestedBackend tested) => tested == TestedBackend.CudaEmulator ? Emulated(1, checkLaunches: false, check: false) : tested.Create();

    /// <summary>The outputs of a body that runs on every variant of a backend, which all give the same bits.</summary>
    public static float[][] Run(this TestedBackend tested, Func<ComputeBackend, TensorBox, Tensor[]> body)
    {
        if (tested == TestedBackend.Cpu) return Everywhere.Run(body);
        float[][]? first = null;
        // On a device: the same bits from run to run.
        foreach (int seed in new[] { 1, 2 })
        {
            using ComputeBackend backend = tested == TestedBackend.CudaDevice ? OnDevice(checkLaunches: true) : Emulated(seed, checkLaunches: true);
            using TensorBox box = new(backend);
            float[][] outputs = Array.ConvertAll(body(backend, box), tensor => Everywhere.ReadAny(backend, tensor));
            first ??= outputs;
            for (int i = 0; i < outputs.Length; i++) Everywhere.AssertSameBits(outputs[i], first[i], $"output {i}, order {seed}");
        }
        return first!;
    }

    private static CudaBackend OnDevice(bool checkLaunches) =>
        new(new CudaOptions { Driver = DeviceUnderTest.Driver, Ordinal = DeviceUnderTest.Ordinal, Emulated = DeviceUnderTest.IsEmulated, CheckLaunches = checkLaunches, Gemm = GemmLibrary.Own });

    private static CudaBackend Emulated(int seed, bool checkLaunches, bool check = true)
    {
        var driver = new EmulatedDriver(new EmulatedDriverOptions { Emulator = new EmulatorOptions { Seed = seed, Check = check }, FaultOutput = null });
        return new CudaBackend(new CudaOptions { Driver = driver, Ordinal = driver.FirstOrdinal, Emulated = true, CheckLaunches = checkLaunches });
    }
}
