using System.Security.Cryptography;
using System.Text.Json;

namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>
/// Compiled kernels in a folder: per kernel a folder named by what it depends on, with <c>kernel.cubin</c> (or <c>kernel.ptx</c>), the source
/// <c>kernel.cu</c> for a person to read, and <c>kernel.json</c> with options, resources and a checksum. A kernel is written under another name and then
/// renamed, so that processes never see half of one; what does not match its checksum counts as missing and is replaced.
/// </summary>
/// <param name="folder">The folder; it is made when the first kernel is stored.</param>
public sealed class KernelCache(string folder)
{
    private const string Report = "kernel.json";
    private const string TemporaryPrefix = ".new-";

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public string Folder => folder;

    /// <summary>The user's folder: <c>SPA_JIT_CACHE</c>, or <c>spa/kernels</c> in the cache folder of the system.</summary>
    public static KernelCache OfUser()
    {
        if (Environment.GetEnvironmentVariable("SPA_JIT_CACHE") is { Length: > 0 } given) return new KernelCache(Path.GetFullPath(given));
        string root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg && !OperatingSystem.IsWindows() ? xdg
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), OperatingSystem.IsMacOS() ? "Library/Caches" : ".cache");
        return new KernelCache(Path.Combine(root, "spa", "kernels"));
    }

    /// <summary>The folder of a kernel, whether it is there or not.</summary>
    public string PathOf(KernelKey key, int nvrtcVersion) => Path.Combine(folder, $"{key.Variant.Template.Entry}.{key.Target}.{key.CacheHash(nvrtcVersion)[..32]}");

    /// <summary>A stored kernel, or null where there is none or it is damaged.</summary>
    public KernelImage? Find(KernelKey key, int nvrtcVersion)
    {
        string path = PathOf(key, nvrtcVersion);
        try
        {
            KernelReport? report = JsonSerializer.Deserialize<KernelReport>(File.ReadAllBytes(Path.Combine(path, Report)));
            if (report is null || report.Key != key.CacheHash(nvrtcVersion)) return null;
            byte[] code = File.ReadAllBytes(Path.Combine(path, CodeName(key)));
            return report.Sha256 == Checksum(code) ? new KernelImage(code, report.Resources, report.Warnings) : null;
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Stores a kernel. Another process that stores the same one at the same time is no harm. A folder that cannot be written is no failure: the kernel was compiled.</summary>
    /// <returns>Whether the kernel is in the folder now.</returns>
    public bool Store(KernelKey key, int nvrtcVersion, KernelImage image)
    {
        string path = PathOf(key, nvrtcVersion), temporary = Path.Combine(folder, $"{TemporaryPrefix}{Guid.NewGuid():n}");
        try
        {
            Directory.CreateDirectory(temporary);
            File.WriteAllBytes(Path.Combine(temporary, CodeName(key)), image.Code);
            File.WriteAllText(Path.Combine(temporary, "kernel.cu"), $"// {string.Join(' ', key.Options)}\n{key.Source.Listing()}");
            KernelReport report = new(key.CacheHash(nvrtcVersion), key.Variant.ToString(), nvrtcVersion, key.Options, Checksum(image.Code), image.Resources, image.Warnings);
            File.WriteAllText(Path.Combine(temporary, Report), JsonSerializer.Serialize(report, s_json));
            return Publish(temporary, path, () => Find(key, nvrtcVersion) is not null);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
            return false;
        }
    }

    /// <summary>Removes everything.</summary>
    /// <returns>Kernels that were removed.</returns>
    /// <exception cref="SpaException">The folder cannot be emptied.</exception>
    public int Clear()
    {
        if (!Directory.Exists(folder)) return 0;
        try
        {
            string[] all = Directory.GetDirectories(folder);
            // Only what this class made: the folder may be one that the user named by mistake.
            string[] kernels = [.. all.Where(path => File.Exists(Path.Combine(path, Report)))];
            foreach (string path in kernels.Concat(all.Where(path => Path.GetFileName(path).StartsWith(TemporaryPrefix, StringComparison.Ordinal)))) Directory.Delete(path, recursive: true);
            return kernels.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SpaException($"the kernel cache {folder} cannot be emptied: {error.Message}", error);
        }
    }

    private bool Publish(string temporary, string path, Func<bool> isThere)
    {
        // Twice: once for a free name, once after a damaged kernel was moved away.
        for (int attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                Directory.Move(temporary, path);
                return true;
            }
            catch (IOException) when (Directory.Exists(path))
            {
                if (isThere()) break;
                string damaged = Path.Combine(folder, $"{TemporaryPrefix}{Guid.NewGuid():n}");
                try
                {
                    Directory.Move(path, damaged);
                }
                catch (IOException)
                {
                    // Another process was faster.
                }

                Remove(damaged);
            }
        }

        Remove(temporary);
        return isThere();
    }

    private static void Remove(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It lies under a name that nothing reads; `spa kernels clear` takes it away.
        }
    }

    private static string CodeName(KernelKey key) => key.Target.IsPtx ? "kernel.ptx" : "kernel.cubin";

    private static string Checksum(byte[] code) => Convert.ToHexStringLower(SHA256.HashData(code));

    private sealed record KernelReport(string Key, string Kernel, int NvrtcVersion, IReadOnlyList<string> Options, string Sha256, KernelResources? Resources, string Warnings);
}
