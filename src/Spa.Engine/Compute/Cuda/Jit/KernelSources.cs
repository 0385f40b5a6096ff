using System.Collections.Concurrent;
using System.Reflection;

namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>The files of <c>native/kernels</c>: <c>rmsnorm.cu</c>, <c>common/types.cuh</c>. The engine carries them as resources.</summary>
/// <param name="files">Texts by name, with forward slashes.</param>
public sealed class KernelSources(IReadOnlyDictionary<string, string> files)
{
    private const string ResourcePrefix = "kernels/";

    private static readonly Lazy<KernelSources> s_embedded = new(ReadEmbedded);

    private readonly ConcurrentDictionary<string, KernelSource> _sources = new();

    /// <summary>The sources of this build.</summary>
    public static KernelSources Embedded => s_embedded.Value;

    /// <summary>Names of all files, in order.</summary>
    public IEnumerable<string> Names => files.Keys.Order(StringComparer.Ordinal);

    /// <summary>A file's text.</summary>
    /// <exception cref="SpaException">There is no such file.</exception>
    public string Text(string name) => Find(name) ?? throw new SpaException($"kernel source '{name}' is not part of this build, which has: {string.Join(", ", Names)}");

    /// <summary>A file's text, or null.</summary>
    public string? Find(string name) => files.GetValueOrDefault(name);

    /// <summary>A kernel's source with everything that it includes; read once.</summary>
    /// <param name="name">Name without <c>.cu</c>.</param>
    /// <exception cref="SpaException">The file or one that it includes is missing.</exception>
    public KernelSource Get(string name) => _sources.GetOrAdd(name, key => new KernelSource(this, $"{key}.cu"));

    private static KernelSources ReadEmbedded()
    {
        Assembly assembly = typeof(KernelSources).Assembly;
        Dictionary<string, string> files = [];
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(resource)!);
            files.Add(resource[ResourcePrefix.Length..].Replace('\\', '/'), reader.ReadToEnd().ReplaceLineEndings("\n"));
        }

        return new KernelSources(files);
    }
}
