using System.Runtime.InteropServices;

namespace Spa.Interop;

/// <summary>An array of zero-terminated texts in native memory.</summary>
internal sealed unsafe class Utf8Texts : IDisposable
{
    private readonly int _count;

    public Utf8Texts(IReadOnlyList<string> texts)
    {
        Pointers = (byte**)NativeMemory.AllocZeroed((nuint)Math.Max(1, texts.Count), (nuint)sizeof(byte*));
        for (_count = 0; _count < texts.Count; _count++) Pointers[_count] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[_count]);
    }

    public byte** Pointers { get; }

    public void Dispose()
    {
        for (int i = 0; i < _count; i++) Marshal.FreeCoTaskMem((nint)Pointers[i]);
        NativeMemory.Free(Pointers);
    }
}
