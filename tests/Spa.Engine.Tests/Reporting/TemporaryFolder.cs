namespace Spa.Engine.Tests.Reporting;

/// <summary>A fresh folder, deleted at the end of the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spa-test-");

    public string FullName => _folder.FullName;

    public string File(string name) => Path.Combine(FullName, name);

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A browser's last process may still hold its profile; the system clears its temporary folder.
        }
    }
}
