using System.Runtime.InteropServices;
using System.Text;

namespace Spa.Interop;

/// <summary>Text in both directions across a native call.</summary>
internal static unsafe class Utf8
{
    /// <summary>The zero-terminated text at an address.</summary>
    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>The text with a zero behind it.</summary>
    public static byte[] Bytes(string text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
