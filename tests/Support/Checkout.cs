namespace Spa.Tests.Support;

/// <summary>The checkout that the running tests were built in.</summary>
internal static class Checkout
{
    /// <summary>The folder of Spa.sln.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Spa.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Spa.sln is in no parent of the test binaries");
    }
}
