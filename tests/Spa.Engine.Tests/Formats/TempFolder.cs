namespace Spa.Engine.Tests.Formats;

/// <summary>A new folder below the system's temporary one, removed with everything in it.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("spa-formats-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string[] Entries() => [.. Directory.EnumerateFileSystemEntries(Path).Select(x => System.IO.Path.GetFileName(x)!).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
