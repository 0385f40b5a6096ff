using System.Security.Cryptography;
using System.Text;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>What a compiled kernel depends on, as options for the compiler and as a hash that names the result.</summary>
public sealed class KernelKey
{
    // Changes when the meaning of an entry in the cache or the archive does.
    private const string Format = "spa-kernel-1";

    /// <param name="variant">The kernel.</param>
    /// <param name="target">What it is compiled for.</param>
    /// <param name="source">Its source.</param>
    public KernelKey(in KernelVariant variant, KernelTarget target, KernelSource source)
    {
        Variant = variant;
        Target = target;
        Source = source;
        KernelTemplate template = variant.Template;
        Options =
        [
            $"--gpu-architecture={target}",
            "--std=c++20",
            "--generate-line-info",
            // The resources of a kernel are in the assembler's messages.
            .. target.IsPtx ? (string[])[] : ["--ptxas-options=-v"],
            .. template.Macros.Zip(variant.Values, (macro, value) => $"-D{macro}={value}"),
            // A file with several entries leaves out the others.
            $"-DSPA_ENTRY_{template.Entry.ToUpperInvariant()}=1",
        ];
    }

    public KernelVariant Variant { get; }

    public KernelTarget Target { get; }

    public KernelSource Source { get; }

    /// <summary>The compiler's options, in order.</summary>
    public IReadOnlyList<string> Options { get; }

    /// <summary>SHA-256 over entry, options and recursive source: what the archive of PTX goes by.</summary>
    public string SourceHash => Hash("");

    /// <summary>SHA-256 over the same and the compiler's version: what the cache goes by.</summary>
    /// <param name="nvrtcVersion">13000 is 13.0.</param>
    public string CacheHash(int nvrtcVersion) => Hash($"nvrtc {nvrtcVersion}");

    private string Hash(string compiler)
    {
        // A length before each part, so that no two lists of parts look alike.
        StringBuilder text = new();
        foreach (string part in Options.Prepend(Variant.Template.Entry).Prepend(compiler).Prepend(Format).Append(Source.Hash)) text.Append(part.Length).Append(':').Append(part);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
