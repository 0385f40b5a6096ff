using System.Globalization;
using Spa.Benchmarks.Baselines;
using Spa.Emulator.Driver;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;
using Spa.Interop.Driver;
using Spa.Interop.Loading;

namespace Spa.Benchmarks.Cuda;

/// <summary>
/// The device that benchmarks run on: the one that <c>SPA_BENCH_DEVICE</c> names, a number from 0 or <c>emulator</c> (which proves the benchmarks and measures nothing; its cases are
/// tiny), otherwise the first one, if a driver is found. It stays open for all benchmarks of the process.
/// </summary>
internal static class BenchmarkDevice
{
    public const string Variable = "SPA_BENCH_DEVICE";

    public const string Emulator = "emulator";

    // More than the second-level cache of any device so far (H200: 60 MB, B200: 126 MB).
    private const long FlushBytes = 256 << 20;

    private static readonly Dictionary<GemmLibrary, CudaBackend> s_backends = [];
    private static readonly Lazy<IEntryPoints> s_driver = new(OpenDriver);
    private static Arena? s_flushArena;

    public static bool IsEmulated => Name == Emulator;

    public static bool IsAvailable => IsEmulated || NativeLibraries.FindCudaDriver().IsFound;

    /// <summary>Measures all benchmarks.</summary>
    public static DeviceClock Clock { get; } = new();

    /// <summary>Memory to write between two cold calls.</summary>
    public static Tensor Flush { get; private set; }

    /// <summary>The device in words, with what its speed depends on; null as long as no benchmark used it.</summary>
    public static DeviceDescription? Description { get; private set; }

    private static string? Name => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : null;

    /// <summary>The device, with its large products by <paramref name="gemm"/>.</summary>
    /// <exception cref="BaselineException">There is none of this name.</exception>
    public static CudaBackend Backend(GemmLibrary gemm = GemmLibrary.Auto)
    {
        if (s_backends.TryGetValue(gemm, out CudaBackend? backend)) return backend;
        int ordinal = IsEmulated ? ((EmulatedDriver)s_driver.Value).FirstOrdinal : Ordinal();
        backend = new CudaBackend(new CudaOptions
        {
            Driver = s_driver.Value,
            Ordinal = ordinal,
            Emulated = IsEmulated,
            Gemm = gemm,
            CublasLt = IsEmulated ? new EmulatedCublasLt() : null,
            Notice = Console.Error.WriteLine,
        });
        s_backends.Add(gemm, backend);
        if (s_flushArena is null)
        {
            long bytes = IsEmulated ? 1 << 16 : FlushBytes;
            s_flushArena = backend.CreateArena("flush", bytes);
            Flush = s_flushArena.Take("flush", DType.Float32, bytes / sizeof(float), 1);
            Description = Describe(backend);
        }

        return backend;
    }

    private static IEntryPoints OpenDriver()
    {
        if (IsEmulated) return new EmulatedDriver(new EmulatedDriverOptions());
        NativeProbeResult driver = NativeLibraries.FindCudaDriver();
        if (!driver.IsFound) throw new BaselineException($"no CUDA driver was found (tried {string.Join(", ", driver.Tried)}); install NVIDIA's driver, or set {Variable}={Emulator}");
        return driver;
    }

    private static int Ordinal() => int.TryParse(Name ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) ? ordinal
        : throw new BaselineException($"{Variable}={Name}: expected the number of a device from 0, or {Emulator}");

    private static DeviceDescription Describe(CudaBackend backend)
    {
        CudaDriver driver = backend.Stream.Context.Driver;
        CudaDevice device = backend.Properties;
        int Megahertz(CUdevice_attribute attribute) => driver.DeviceGetAttribute(attribute, device.Handle) / 1000;
        return new DeviceDescription(device.Name, $"sm_{device.Major}{device.Minor}", device.Multiprocessors, Megahertz(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE),
            Megahertz(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE), device.TotalBytes >> 20, driver.DriverGetVersion());
    }
}
