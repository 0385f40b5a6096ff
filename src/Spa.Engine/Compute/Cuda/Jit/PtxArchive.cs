using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>
/// PTX of all kernels in one compressed file, for machines with a driver and no NVRTC, and for the emulator there. An entry is found by the hash of what it
/// was compiled from, so an old archive lacks a kernel instead of giving an old one. Format: Brotli over a line <c>spa-ptx 1 COUNT</c>, a line
/// <c>HASH BYTES NAME</c> per kernel, and the texts in the same order.
/// </summary>
public sealed class PtxArchive
{
    private const string Magic = "spa-ptx 1";
    private const string Resource = "kernels.ptx";

    // 340 kernels, 33 MB of text: 9 packs them into 2.0 MB in 2 s, 11 into 1.3 MB in 85 s.
    private const int Quality = 9;

    private static readonly Lazy<PtxArchive> s_embedded = new(ReadEmbedded);

    private readonly Dictionary<string, (string Name, ReadOnlyMemory<byte> Ptx)> _entries = [];

    /// <param name="stream">The file.</param>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public PtxArchive(Stream stream)
    {
        using BrotliStream brotli = new(stream, CompressionMode.Decompress);
        using MemoryStream memory = new();
        brotli.CopyTo(memory);
        ReadOnlyMemory<byte> data = memory.ToArray();
        string[] head = Line(ref data).Split(' ');
        if (head.Length != 3 || $"{head[0]} {head[1]}" != Magic) throw new InvalidDataException($"expected an archive that begins with '{Magic}', found '{string.Join(' ', head)}'");
        List<string[]> index = [];
        for (int i = int.Parse(head[2], CultureInfo.InvariantCulture); i > 0; i--) index.Add(Line(ref data).Split(' ', 3));
        foreach (string[] entry in index)
        {
            int bytes = int.Parse(entry[1], CultureInfo.InvariantCulture);
            _entries.Add(entry[0], (entry[2], data[..bytes]));
            data = data[bytes..];
        }
    }

    private PtxArchive() { }

    /// <summary>The archive of this build; empty where it was built without one.</summary>
    public static PtxArchive Embedded => s_embedded.Value;

    /// <summary>Kernels in the archive.</summary>
    public IEnumerable<string> Names => _entries.Values.Select(entry => entry.Name);

    public int Count => _entries.Count;

    /// <summary>PTX of a kernel, or null where the archive lacks it or has another version.</summary>
    public ReadOnlyMemory<byte>? Find(KernelKey key) => _entries.TryGetValue(key.SourceHash, out (string Name, ReadOnlyMemory<byte> Ptx) entry) ? entry.Ptx : default(ReadOnlyMemory<byte>?);

    /// <summary>Writes an archive; the same kernels give the same bytes.</summary>
    public static void Write(Stream stream, IEnumerable<(KernelKey Key, byte[] Ptx)> kernels)
    {
        (KernelKey Key, byte[] Ptx)[] all = [.. kernels.OrderBy(kernel => kernel.Key.Variant.ToString(), StringComparer.Ordinal)];
        using BrotliStream brotli = new(stream, new BrotliCompressionOptions { Quality = Quality }, leaveOpen: true);
        StringBuilder index = new($"{Magic} {all.Length}\n");
        foreach ((KernelKey key, byte[] ptx) in all) index.Append($"{key.SourceHash} {ptx.Length} {key.Variant}\n");
        brotli.Write(Encoding.UTF8.GetBytes(index.ToString()));
        foreach ((_, byte[] ptx) in all) brotli.Write(ptx);
    }

    private static PtxArchive ReadEmbedded()
    {
        using Stream? stream = typeof(PtxArchive).Assembly.GetManifestResourceStream(Resource);
        return stream is null ? new PtxArchive() : new PtxArchive(stream);
    }

    private static string Line(ref ReadOnlyMemory<byte> data)
    {
        int end = data.Span.IndexOf((byte)'\n');
        if (end < 0) throw new InvalidDataException("the archive ends within its list of kernels");
        string line = Encoding.UTF8.GetString(data.Span[..end]);
        data = data[(end + 1)..];
        return line;
    }
}
