using Spa.Interop.Loading;

namespace Spa.Interop.Nvrtc;

/// <summary>Compiles CUDA C++ at run time. Headers are given as texts, so that no toolkit and no include path is needed. Safe on several threads.</summary>
/// <param name="calls">NVRTC.</param>
public sealed class NvrtcCompiler(NvrtcCalls calls)
{
    /// <param name="library">An NVRTC library, for example of <see cref="NativeLibraries.FindNvrtc"/>.</param>
    public NvrtcCompiler(IEntryPoints library) : this(new NvrtcCalls(new NvrtcFunctions(library))) { }

    /// <summary>As CUDA counts: 13000 is 13.0.</summary>
    public int Version { get; } = calls.Version();

    /// <summary>Where the compiler came from.</summary>
    public string Description => calls.Functions.Library.Description;

    /// <summary>Compiles a source.</summary>
    /// <param name="source">The text.</param>
    /// <param name="name">Name of the text in messages and line information.</param>
    /// <param name="headers">Texts by the name between the quotes of an include.</param>
    /// <param name="options">For example <c>--gpu-architecture=sm_90a</c>; a virtual architecture (<c>compute_80</c>) gives PTX only.</param>
    /// <exception cref="NvrtcException">The source does not compile (its <see cref="NvrtcException.Log"/> has the messages), or an option is unknown.</exception>
    public NvrtcImage Compile(string source, string name, IReadOnlyDictionary<string, string> headers, IReadOnlyList<string> options)
    {
        nvrtcProgram program = calls.CreateProgram(source, name, headers);
        try
        {
            nvrtcResult result = calls.CompileProgram(program, options);
            string log = calls.GetProgramLog(program);
            if (result != nvrtcResult.NVRTC_SUCCESS) throw calls.Failure(result, $"nvrtcCompileProgram({name}, {string.Join(' ', options)})", log);
            return new NvrtcImage(calls.GetCubin(program), calls.GetPtx(program), log);
        }
        finally
        {
            calls.DestroyProgram(program);
        }
    }
}
