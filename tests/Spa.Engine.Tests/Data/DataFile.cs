using System.IO.Compression;
using System.Text;

namespace Spa.Engine.Tests.Data;

/// <summary>A file in a folder of its own that goes with the test.</summary>
internal sealed class DataFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spa-data-");

    public DataFile(string name, byte[]? content = null)
    {
        Path = System.IO.Path.Combine(_folder.FullName, name);
        if (content is not null) File.WriteAllBytes(Path, content);
    }

    public DataFile(string name, string content)
        : this(name, Encoding.UTF8.GetBytes(content))
    {
    }

    public string Folder => _folder.FullName;

    public string Path { get; }

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest)) gzip.Write(content);
        return packed.ToArray();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
