using System.Text;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>What cuModuleLoadData and cuLibraryLoadData are given: the emulator runs PTX text and nothing else.</summary>
internal static unsafe class ModuleImage
{
    private const uint Elf = 0x464C457F, Fatbin = 0xBA55ED50, FatbinWrapper = 0x466243B1;

    /// <summary>The PTX text of an image that ends with a zero byte.</summary>
    /// <exception cref="DriverErrorException">It is machine code, or PTX for a newer device than <paramref name="architecture"/>.</exception>
    public static string Text(void* image, EmulatedArchitecture architecture)
    {
        if (image is null) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, "expected PTX, found a null pointer");
        byte* bytes = (byte*)image;
        uint magic = 0;
        for (int i = 0; i < 4 && bytes[i] != 0; i++) magic |= (uint)bytes[i] << 8 * i;
        string? machineCode = magic switch { Elf => "a cubin", Fatbin or FatbinWrapper => "a fatbin", _ => null };
        if (machineCode is not null)
            throw new DriverErrorException(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, $"expected PTX text, found {machineCode}: compile for a virtual architecture such as compute_80");
        string text = Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(bytes));
        if (Target(text) is int target && target > architecture.Target)
            throw new DriverErrorException(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, $"expected PTX for sm_{architecture.Target} or older, found .target sm_{target}");
        return text;
    }

    /// <summary>The number of <c>.target sm_90a</c>, or null where the text has none.</summary>
    private static int? Target(string text)
    {
        const string Directive = ".target";
        int at = text.IndexOf(Directive, StringComparison.Ordinal);
        int sm = at < 0 ? -1 : text.IndexOf("sm_", at, StringComparison.Ordinal);
        if (sm < 0 || text.AsSpan(at, sm - at).Contains('\n')) return null;
        int end = sm + 3;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return int.TryParse(text.AsSpan(sm + 3, end - sm - 3), out int number) ? number : null;
    }
}
