using System.Diagnostics;
using System.Runtime.InteropServices;
using Spa.Interop.Loading;

namespace Spa.Tests.Support;

/// <summary>
/// The real NVRTC for tests: <c>../shared/cuda/nvrtc-13.0-linux-x64.tar.xz</c>, unpacked once into a folder of the user's temporary files. Tests that need it are skipped
/// aloud where it is absent.
/// </summary>
internal static class SharedNvrtc
{
    private const string Archive = "nvrtc-13.0-linux-x64";

    private static readonly Lazy<NativeProbeResult?> s_library = new(Find);

    /// <summary>The library, or the running test is skipped.</summary>
    public static NativeProbeResult Require()
    {
        if (s_library.Value is null) Assert.Ignore($"skipped: '../shared/cuda/{Archive}.tar.xz' is not beside this checkout, or this is not Linux on x64");
        return s_library.Value;
    }

    private static NativeProbeResult? Find()
    {
        string archive = Path.GetFullPath(Path.Combine(Checkout.Root, "..", "shared", "cuda", $"{Archive}.tar.xz"));
        if (!File.Exists(archive) || !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return null;
        string folder = Path.Combine(Path.GetTempPath(), $"spa-{Archive}-{Environment.UserName}");
        if (!Directory.Exists(folder)) Unpack(archive, folder);
        NativeProbeResult library = NativeLibraries.FindNvrtc(folder);
        return library.IsFound ? library : throw new InvalidOperationException($"{archive}: {library.Description}");
    }

    // Several test processes may come here at once: each unpacks beside the name, the first to rename wins.
    private static void Unpack(string archive, string folder)
    {
        string temporary = $"{folder}.{Guid.NewGuid():n}";
        Directory.CreateDirectory(temporary);
        using Process tar = Process.Start(new ProcessStartInfo("tar", ["-xJf", archive, "-C", temporary]))!;
        tar.WaitForExit();
        if (tar.ExitCode != 0) throw new InvalidOperationException($"tar could not unpack {archive}; is xz installed?");
        try
        {
            Directory.Move(temporary, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(temporary, recursive: true);
        }
    }
}
