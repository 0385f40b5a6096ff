using Spa.Engine.Compute.Cuda.Kernels;
using Spa.Interop.Loading;
using Spa.Interop.Nvrtc;

namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>
/// Gives a kernel's code: from the cache, from NVRTC (which fills the cache), or from the archive of PTX that the engine carries. Safe on several threads.
/// </summary>
public sealed class KernelJit
{
    // 13.9 down to 12.0.
    private static readonly int[] s_knownVersions = [.. Enumerable.Range(0, 20).Select(i => (i < 10 ? 13090 : 12090) - i % 10 * 10)];

    private readonly Lazy<KernelCompiler?> _compiler;
    private string _missing = "no compiler was given";

    /// <param name="sources">The kernels.</param>
    /// <param name="cache">Where compiled kernels are kept.</param>
    /// <param name="archive">PTX for where there is no compiler.</param>
    /// <param name="compiler">NVRTC, or null.</param>
    public KernelJit(KernelSources sources, KernelCache cache, PtxArchive archive, KernelCompiler? compiler)
        : this(sources, cache, archive, _ => compiler) { }

    private KernelJit(KernelSources sources, KernelCache cache, PtxArchive archive, Func<KernelJit, KernelCompiler?> compiler)
    {
        Sources = sources;
        Cache = cache;
        Archive = archive;
        _compiler = new Lazy<KernelCompiler?>(() => compiler(this));
    }

    public KernelSources Sources { get; }

    public KernelCache Cache { get; }

    public PtxArchive Archive { get; }

    /// <summary>NVRTC, looked for when it is first needed; null where there is none, or where <c>SPA_JIT=never</c> forbids compiling.</summary>
    public KernelCompiler? Compiler => _compiler.Value;

    /// <summary>Why <see cref="Compiler"/> is null.</summary>
    public string WhyNoCompiler => _missing;

    /// <summary>The embedded sources, the user's cache, and the NVRTC of this machine.</summary>
    /// <param name="nvrtc">A library that the user named, or null.</param>
    public static KernelJit FromEnvironment(string? nvrtc = null) => new(KernelSources.Embedded, KernelCache.OfUser(), PtxArchive.Embedded, jit => jit.FindCompiler(nvrtc));

    public KernelKey Key(in KernelVariant variant, KernelTarget target) => new(variant, target, Sources.Get(variant.Template.Source));

    /// <summary>Code that the driver of <paramref name="target"/> loads: a cubin, or PTX where there is no compiler or the target is PTX.</summary>
    /// <exception cref="SpaException">The kernel does not compile, or there is neither a compiler nor an archived kernel.</exception>
    public ReadOnlyMemory<byte> Image(in KernelVariant variant, KernelTarget target)
    {
        KernelKey key = Key(variant, target);
        if (Compiler is { } compiler) return Build(key, compiler).Code;
        if (!target.IsPtx && CachedByAny(key) is { } cached) return cached;
        if (Archive.Find(Key(variant, KernelTarget.Ptx)) is { } ptx) return ptx;
        throw new SpaException($"kernel {variant} for {target}: expected a compiler or the kernel in the packed PTX, found neither ({_missing}; the packed PTX has {Archive.Count} kernels); install NVRTC 12 or newer, for example by 'pip install nvidia-cuda-nvrtc', or name it in SPA_NVRTC");
    }

    /// <summary>The kernel from the cache, or compiled and put there.</summary>
    /// <exception cref="SpaException">The kernel does not compile.</exception>
    public KernelImage Build(KernelKey key, KernelCompiler compiler)
    {
        if (Cache.Find(key, compiler.Version) is { } cached) return cached;
        KernelImage image = compiler.Compile(key);
        Cache.Store(key, compiler.Version, image);
        return image;
    }

    /// <summary>Builds many kernels on several threads.</summary>
    /// <param name="keys">The kernels.</param>
    /// <param name="compiler">NVRTC.</param>
    /// <param name="threads">Threads; 0: one per processor.</param>
    /// <param name="progress">Told after each kernel how many are done; on the thread that built it.</param>
    /// <param name="cancel">Stops after the kernels that are being built.</param>
    /// <returns>The kernels in the order of <paramref name="keys"/>.</returns>
    /// <exception cref="AggregateException">Kernels do not compile; one <see cref="SpaException"/> each.</exception>
    public KernelImage[] BuildAll(IReadOnlyList<KernelKey> keys, KernelCompiler compiler, int threads = 0, Action<int, KernelKey>? progress = null, CancellationToken cancel = default)
    {
        KernelImage[] images = new KernelImage[keys.Count];
        int done = 0;
        Parallel.For(0, keys.Count, new ParallelOptions { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancel }, i =>
        {
            images[i] = Build(keys[i], compiler);
            progress?.Invoke(Interlocked.Increment(ref done), keys[i]);
        });
        return images;
    }

    // Without a compiler its version is unknown; what some version made for this device and these sources will do.
    private byte[]? CachedByAny(KernelKey key)
    {
        foreach (int version in s_knownVersions)
            if (Cache.Find(key, version) is { } image) return image.Code;
        return null;
    }

    private KernelCompiler? FindCompiler(string? path)
    {
        if (Environment.GetEnvironmentVariable("SPA_JIT") is { Length: > 0 } mode)
        {
            if (mode != "never") throw new SpaException($"SPA_JIT: expected 'never' (do not compile kernels) or nothing, found '{mode}'");
            _missing = "SPA_JIT=never forbids compiling";
            return null;
        }

        NativeProbeResult library = NativeLibraries.FindNvrtc(path);
        if (!library.IsFound) _missing = $"NVRTC was not found: tried {string.Join(", ", library.Tried)}";
        return library.IsFound ? new KernelCompiler(new NvrtcCompiler(library)) : null;
    }
}
