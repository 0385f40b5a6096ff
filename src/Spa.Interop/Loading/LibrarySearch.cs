namespace Spa.Interop.Loading;

/// <summary>
/// Where a CUDA library may be: the file that a variable names; the folders of <c>CUDA_PATH</c> and <c>CUDA_HOME</c>; the system's own search; the usual
/// folder of the toolkit; and the wheels that pip installs beside a Python (<c>nvidia/*/lib</c>).
/// </summary>
/// <param name="variable">Reads a variable of the environment.</param>
public sealed class LibrarySearch(Func<string, string?> variable)
{
    /// <summary>The search in this process's environment.</summary>
    public static LibrarySearch Here { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>What to try, in order: names for the system, full paths, and patterns with <c>*</c> that matched nothing.</summary>
    /// <param name="override">Variable that names a file or a folder; where it is set nothing else is tried.</param>
    /// <param name="names">File names, newest first.</param>
    public IEnumerable<string> Candidates(string @override, IReadOnlyList<string> names)
    {
        if (variable(@override) is { Length: > 0 } given) return Named(given, names);
        return [.. InFolders(ToolkitFolders(), names), .. names, .. InFolders(SystemFolders(), names), .. Wheels(names)];
    }

    /// <summary>A file that the user named, or the names in a folder that the user named.</summary>
    public static IEnumerable<string> Named(string path, IReadOnlyList<string> names) =>
        Directory.Exists(path) ? names.Select(name => Path.Combine(Path.GetFullPath(path), name)) : [path];

    private IEnumerable<string> ToolkitFolders()
    {
        foreach (string name in new[] { "CUDA_PATH", "CUDA_HOME" })
        {
            if (variable(name) is not { Length: > 0 } root) continue;
            foreach (string folder in OperatingSystem.IsWindows() ? new[] { "bin", @"bin\x64" } : ["lib64", "lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib"])
                yield return Path.Combine(root, folder);
        }
    }

    private static IEnumerable<string> SystemFolders() => OperatingSystem.IsWindows() ? [] : ["/usr/local/cuda/lib64", "/usr/lib/wsl/lib"];

    /// <summary>The names in a folder that exists; else the folder with a star, to be reported.</summary>
    private static IEnumerable<string> InFolders(IEnumerable<string> folders, IReadOnlyList<string> names) =>
        folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name)).Where(File.Exists).DefaultIfEmpty(Path.Combine(folder, "*")));

    private IEnumerable<string> Wheels(IReadOnlyList<string> names)
    {
        foreach (string packages in PythonFolders.PackageFolders(variable))
        {
            string root = Path.Combine(packages, "nvidia");
            string library = OperatingSystem.IsWindows() ? "bin" : "lib";
            List<string> folders = Directory.Exists(root) ? [.. Directory.EnumerateDirectories(root).Select(d => Path.Combine(d, library)).Where(Directory.Exists).Order(StringComparer.Ordinal)] : [];
            List<string> files = [.. names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).Where(File.Exists)];
            foreach (string file in files.DefaultIfEmpty(Path.Combine(root, "*", library))) yield return file;
        }
    }
}
