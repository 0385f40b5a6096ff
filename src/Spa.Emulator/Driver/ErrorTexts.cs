using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>Names and texts of results as C strings that live as long as the process.</summary>
internal static unsafe class ErrorTexts
{
    private const string Prefix = "CUDA_ERROR_";
    private static readonly ConcurrentDictionary<string, nint> s_texts = new();

    /// <summary>As in cuda.h, or null for a number that is none.</summary>
    public static string? Name(CUresult result) => Enum.GetName(result);

    /// <summary>The name in words.</summary>
    public static string? Text(CUresult result) => result == CUresult.CUDA_SUCCESS
        ? "no error"
        : Name(result) is { } name && name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..].Replace('_', ' ').ToLowerInvariant() : null;

    /// <summary>The text, and why the last failed call of this thread failed if it failed with this result: what a real driver keeps to itself.</summary>
    public static string? TextWithReason(CUresult result) =>
        Text(result) is { } text && EmulatedMachine.Message is { } reason && EmulatedMachine.LastResult == result ? $"{text}: {reason}" : Text(result);

    /// <summary>Stores the address of the text; a null text is an unknown result, for which the driver stores a null pointer.</summary>
    public static CUresult Find(byte** target, string? text)
    {
        if (target is null) return CUresult.CUDA_ERROR_INVALID_VALUE;
        *target = text is null ? null : Pointer(text);
        return text is null ? CUresult.CUDA_ERROR_INVALID_VALUE : CUresult.CUDA_SUCCESS;
    }

    public static byte* Pointer(string text) => (byte*)s_texts.GetOrAdd(text, Marshal.StringToCoTaskMemUTF8);
}
