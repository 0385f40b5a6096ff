using System.Globalization;
using Spa.Emulator.Driver;
using Spa.Interop.Driver;
using Spa.Interop.Loading;

namespace Spa.Tests.Support;

/// <summary>
/// The CUDA device that <c>SPA_TEST_DEVICE</c> names for tests: a number from 0, or <c>emulator</c>, which stands in for one. Without it no test touches a device. The first use keeps its
/// context, because making one takes far longer than most tests.
/// </summary>
internal static class DeviceUnderTest
{
    public const string Variable = "SPA_TEST_DEVICE";

    private static readonly Lazy<(IEntryPoints Driver, int Ordinal)> s_device = new(Open);
    private static CudaContext? s_kept;

    public static bool IsNamed => Name is not null;

    public static bool IsEmulated => Name == "emulator";

    public static IEntryPoints Driver => s_device.Value.Driver;

    public static int Ordinal => s_device.Value.Ordinal;

    private static string? Name => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : null;

    private static (IEntryPoints, int) Open()
    {
        if (IsEmulated)
        {
            var emulated = new EmulatedDriver(new EmulatedDriverOptions { FaultOutput = null });
            return (emulated, emulated.FirstOrdinal);
        }

        int ordinal = int.Parse(Name!, NumberStyles.None, CultureInfo.InvariantCulture);
        NativeProbeResult driver = NativeLibraries.FindCudaDriver();
        if (!driver.IsFound) throw new InvalidOperationException($"{Variable}={Name}, but no CUDA driver was found (tried {string.Join(", ", driver.Tried)})");
        s_kept = new CudaContext(CudaDriver.Load(driver), ordinal);
        return (driver, ordinal);
    }
}
