using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Spa.Interop.Nvrtc;

/// <summary>NVRTC with calls that throw <see cref="NvrtcException"/>.</summary>
/// <param name="functions">NVRTC's functions.</param>
public sealed unsafe class NvrtcCalls(NvrtcFunctions functions)
{
    private readonly NvrtcFunctions _f = functions;

    public NvrtcFunctions Functions => _f;

    /// <summary>As CUDA counts: 13000 is 13.0.</summary>
    public int Version()
    {
        Require(_f.nvrtcVersion);
        int major, minor;
        ThrowIfFailed(_f.nvrtcVersion(&major, &minor), $"nvrtcVersion()");
        return major * 1000 + minor * 10;
    }

    /// <summary>Architectures that this version compiles for: 90 is <c>sm_90</c>.</summary>
    public int[] GetSupportedArchs()
    {
        Require(_f.nvrtcGetNumSupportedArchs);
        Require(_f.nvrtcGetSupportedArchs);
        int count;
        ThrowIfFailed(_f.nvrtcGetNumSupportedArchs(&count), $"nvrtcGetNumSupportedArchs()");
        int[] all = new int[count];
        fixed (int* pointer = all) ThrowIfFailed(_f.nvrtcGetSupportedArchs(pointer), $"nvrtcGetSupportedArchs()");
        return all;
    }

    /// <summary>A program of a source and of the headers that it includes.</summary>
    /// <param name="source">The text.</param>
    /// <param name="name">Name of the text in messages and line information.</param>
    /// <param name="headers">Texts by the name between the quotes of an include.</param>
    public nvrtcProgram CreateProgram(string source, string name, IReadOnlyDictionary<string, string> headers)
    {
        Require(_f.nvrtcCreateProgram);
        using Utf8Texts names = new([.. headers.Keys]), texts = new([.. headers.Values]);
        nvrtcProgram program;
        fixed (byte* text = Utf8.Bytes(source), title = Utf8.Bytes(name))
            ThrowIfFailed(_f.nvrtcCreateProgram(&program, text, title, headers.Count, texts.Pointers, names.Pointers), $"nvrtcCreateProgram({name})");
        return program;
    }

    public void DestroyProgram(nvrtcProgram program)
    {
        Require(_f.nvrtcDestroyProgram);
        ThrowIfFailed(_f.nvrtcDestroyProgram(&program), $"nvrtcDestroyProgram()");
    }

    /// <summary>Compiles; the code is returned, because a failure is only understood with the program's log.</summary>
    public nvrtcResult CompileProgram(nvrtcProgram program, IReadOnlyList<string> options)
    {
        Require(_f.nvrtcCompileProgram);
        using Utf8Texts texts = new(options);
        return _f.nvrtcCompileProgram(program, options.Count, texts.Pointers);
    }

    public string GetProgramLog(nvrtcProgram program)
    {
        Require(_f.nvrtcGetProgramLogSize);
        Require(_f.nvrtcGetProgramLog);
        nuint bytes;
        ThrowIfFailed(_f.nvrtcGetProgramLogSize(program, &bytes), $"nvrtcGetProgramLogSize()");
        if (bytes <= 1) return "";
        byte[] log = new byte[bytes];
        fixed (byte* pointer = log)
        {
            ThrowIfFailed(_f.nvrtcGetProgramLog(program, pointer), $"nvrtcGetProgramLog()");
            return Utf8.Text(pointer);
        }
    }

    /// <summary>PTX without the zero at its end.</summary>
    public byte[] GetPtx(nvrtcProgram program)
    {
        Require(_f.nvrtcGetPTXSize);
        Require(_f.nvrtcGetPTX);
        nuint bytes;
        ThrowIfFailed(_f.nvrtcGetPTXSize(program, &bytes), $"nvrtcGetPTXSize()");
        byte[] ptx = new byte[bytes];
        fixed (byte* pointer = ptx) ThrowIfFailed(_f.nvrtcGetPTX(program, pointer), $"nvrtcGetPTX()");
        return ptx.Length > 0 && ptx[^1] == 0 ? ptx[..^1] : ptx;
    }

    /// <summary>Machine code, or null where the program was compiled for a virtual architecture.</summary>
    public byte[]? GetCubin(nvrtcProgram program)
    {
        Require(_f.nvrtcGetCUBINSize);
        Require(_f.nvrtcGetCUBIN);
        nuint bytes;
        ThrowIfFailed(_f.nvrtcGetCUBINSize(program, &bytes), $"nvrtcGetCUBINSize()");
        if (bytes == 0) return null;
        byte[] cubin = new byte[bytes];
        fixed (byte* pointer = cubin) ThrowIfFailed(_f.nvrtcGetCUBIN(program, pointer), $"nvrtcGetCUBIN()");
        return cubin;
    }

    /// <summary>Throws unless the call succeeded. The text of the call is only made where it did not.</summary>
    /// <exception cref="NvrtcException">The call failed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ThrowIfFailed(nvrtcResult result, [InterpolatedStringHandlerArgument(nameof(result))] CallText call)
    {
        if (result != nvrtcResult.NVRTC_SUCCESS) throw Failure(result, call.ToString());
    }

    /// <summary>The failure as an exception that says what NVRTC says about the code.</summary>
    public NvrtcException Failure(nvrtcResult result, string call, string log = "") =>
        new(call, result, _f.nvrtcGetErrorString is null ? "" : Utf8.Text(_f.nvrtcGetErrorString(result)), log);

    private void Require(void* function, [CallerArgumentExpression(nameof(function))] string name = "")
    {
        if (function is null) ThrowMissing(name);
    }

    [DoesNotReturn]
    private void ThrowMissing(string name) => throw new EntryPointNotFoundException($"{name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]}: the library ({_f.Library.Description}) has no such function; NVRTC 12.0 or newer is needed");
}
