namespace Spa.Interop.Loading;

/// <summary>Where the Pythons of this machine keep their packages. No Python is run.</summary>
internal static class PythonFolders
{
    /// <summary>Folders named site-packages or dist-packages of the active environment, of each python on PATH, and of the user.</summary>
    public static IEnumerable<string> PackageFolders(Func<string, string?> variable) => Prefixes(variable).Distinct().SelectMany(Packages).Distinct();

    private static IEnumerable<string> Prefixes(Func<string, string?> variable)
    {
        foreach (string name in new[] { "VIRTUAL_ENV", "CONDA_PREFIX" })
            if (variable(name) is { Length: > 0 } prefix) yield return prefix;
        foreach (string folder in (variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string python = Path.Combine(folder, OperatingSystem.IsWindows() ? "python.exe" : "python3");
            if (!File.Exists(python)) continue;
            // Beside the name on PATH lies a virtual environment; behind the link the installation that it borrows from.
            yield return Prefix(python);
            if (LinkTarget(python) is { } target) yield return Prefix(target);
        }

        if (!OperatingSystem.IsWindows() && variable("HOME") is { Length: > 0 } home) yield return Path.Combine(home, ".local");
    }

    private static string Prefix(string python)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(python))!;
        return OperatingSystem.IsWindows() && !Path.GetFileName(folder).Equals("Scripts", StringComparison.OrdinalIgnoreCase) ? folder : Path.GetDirectoryName(folder) ?? folder;
    }

    private static string? LinkTarget(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Packages(string prefix)
    {
        if (OperatingSystem.IsWindows()) return [Path.Combine(prefix, "Lib", "site-packages")];
        string lib = Path.Combine(prefix, "lib");
        if (!Directory.Exists(lib)) return [];
        return Directory.EnumerateDirectories(lib, "python3*").Order(StringComparer.Ordinal)
            .SelectMany(folder => new[] { "site-packages", "dist-packages" }.Select(name => Path.Combine(folder, name))).Where(Directory.Exists);
    }
}
