using System.Globalization;
using Spa.Emulator.Driver;
using Spa.Engine;
using Spa.Engine.Compute.Cuda;
using Spa.Interop.Loading;

namespace Spa.Cli.Commands;

/// <summary>The device that <c>--device</c> names: a number, or the emulator.</summary>
internal static class CudaDevices
{
    public const string Emulator = "emulator";

    /// <param name="device">A number from 0, <see cref="Emulator"/>, or null for the first device.</param>
    /// <param name="gemm">What <c>--gemm</c> says, or null.</param>
    /// <param name="notice">Where the user is told what takes the place of a missing library.</param>
    /// <exception cref="UsageException">It is neither.</exception>
    /// <exception cref="SpaException">There is no driver, or no such device.</exception>
    public static CudaBackend Create(string? device, string? gemm, Action<string> notice)
    {
        GemmLibrary library = gemm switch { "own" => GemmLibrary.Own, "cublaslt" => GemmLibrary.CublasLt, _ => GemmLibrary.Auto };
        if (device == Emulator)
        {
            // Lives as long as the process: what a device fault says is told by the command that it ends.
            var emulated = new EmulatedDriver(new EmulatedDriverOptions { FaultOutput = null });
            return new CudaBackend(new CudaOptions { Driver = emulated, Ordinal = emulated.FirstOrdinal, Emulated = true, Gemm = library, CublasLt = new EmulatedCublasLt(), Notice = notice });
        }
        if (!int.TryParse(device ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal))
            throw new UsageException($"--device takes the number of a device from 0, or '{Emulator}'; found '{device}'");
        NativeProbeResult driver = NativeLibraries.FindCudaDriver();
        if (!driver.IsFound)
            throw new SpaException($"--backend cuda: expected a CUDA driver, found none (tried {string.Join(", ", driver.Tried)}); install NVIDIA's driver, or use --device {Emulator} or --backend cpu");
        return new CudaBackend(new CudaOptions { Driver = driver, Ordinal = ordinal, Gemm = library, Notice = notice });
    }
}
