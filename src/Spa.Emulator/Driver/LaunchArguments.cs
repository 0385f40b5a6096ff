using Spa.Emulator.Ptx;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>The arguments of a launch, copied when it is queued as the driver does.</summary>
internal static unsafe class LaunchArguments
{
    private const nint End = 0, BufferPointer = 1, BufferSize = 2;

    /// <summary>The parameter block of a kernel, from an array of addresses of arguments or from a packed buffer (<c>extra</c>).</summary>
    public static byte[] Pack(PtxFunction function, void** arguments, void** extra)
    {
        byte[] block = new byte[function.ParameterBytes];
        if (block.Length == 0) return block;
        if (arguments is not null && extra is not null) throw Invalid($"{function.Name}: arguments are given twice, as addresses and as a buffer");
        if (extra is not null) return Copy(function, extra, block);
        if (arguments is null) throw Invalid($"{function.Name}: expected {function.Parameters.Count} arguments, found none");
        for (int i = 0; i < function.Parameters.Count; i++)
        {
            (int offset, int size) = function.Parameters[i];
            if (arguments[i] is null) throw Invalid($"{function.Name}: the address of argument {i} is null");
            new ReadOnlySpan<byte>(arguments[i], size).CopyTo(block.AsSpan(offset));
        }

        return block;
    }

    private static byte[] Copy(PtxFunction function, void** extra, byte[] block)
    {
        void* buffer = null;
        nuint size = 0;
        for (; (nint)extra[0] != End; extra += 2)
        {
            if ((nint)extra[0] == BufferPointer) buffer = extra[1];
            else if ((nint)extra[0] == BufferSize) size = *(nuint*)extra[1];
            else throw Invalid($"{function.Name}: extra option {(nint)extra[0]} is not known");
        }

        if (buffer is null || size != (nuint)block.Length) throw Invalid($"{function.Name}: expected a buffer of {block.Length} bytes of arguments, found {size}");
        new ReadOnlySpan<byte>(buffer, block.Length).CopyTo(block);
        return block;
    }

    private static DriverErrorException Invalid(string message) => new(CUresult.CUDA_ERROR_INVALID_VALUE, message);
}
