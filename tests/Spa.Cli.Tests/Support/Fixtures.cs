namespace Spa.Cli.Tests.Support;

/// <summary>Finds the fixture folder that may lie beside the checkout (<c>../shared</c>); tests that need it are skipped aloud where it is absent.</summary>
internal static class Fixtures
{
    private static readonly string s_root = FindRoot();

    /// <summary>The checkout: the folder of Spa.sln.</summary>
    public static string Root => s_root;

    /// <summary>Full path of a file or folder below <c>../shared</c>, or the running test is skipped.</summary>
    public static string Require(string path)
    {
        string full = Path.GetFullPath(Path.Combine(s_root, "..", "shared", path));
        if (!File.Exists(full) && !Directory.Exists(full)) Assert.Ignore($"fixture '{path}' is not beside this checkout");
        return full;
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Spa.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Spa.sln is in no parent of the test binaries");
    }
}
