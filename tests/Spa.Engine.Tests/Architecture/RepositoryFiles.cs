using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Architecture;

/// <summary>The files of the checkout, without what builds and runs leave in it.</summary>
internal static class RepositoryFiles
{
    // As in .gitignore.
    private static readonly HashSet<string> s_skipped = new(StringComparer.Ordinal) { ".git", ".vs", ".idea", "bin", "obj", "artifacts", "BenchmarkDotNet.Artifacts", "TestResults", "runs", "carry" };

    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = 0 };

    /// <summary>Full path of a file that the repository has.</summary>
    public static string At(params string[] parts) => Path.Combine([Fixtures.Root, .. parts]);

    public static string Text(params string[] parts) => File.ReadAllText(At(parts));

    /// <summary>Path from the root, with forward slashes.</summary>
    public static string Name(string path) => Path.GetRelativePath(Fixtures.Root, path).Replace('\\', '/');

    /// <summary>Full paths.</summary>
    public static IEnumerable<string> All() => Below(new DirectoryInfo(Fixtures.Root));

    /// <summary>Full paths of the files whose names end so.</summary>
    public static IEnumerable<string> EndingWith(string extension) => All().Where(f => f.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Below(DirectoryInfo folder)
    {
        // A link may lead out of the checkout.
        IEnumerable<DirectoryInfo> inner = folder.EnumerateDirectories("*", s_all).Where(d => d.LinkTarget is null && !s_skipped.Contains(d.Name));
        return folder.EnumerateFiles("*", s_all).Where(f => f.LinkTarget is null && f.Name != ".git").Select(f => f.FullName).Concat(inner.SelectMany(Below));
    }
}
