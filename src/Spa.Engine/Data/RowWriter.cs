using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Data;

/// <summary>
/// Writes JSON Lines, packed where the name ends in .gz. A reader sees the old file or, after <see cref="Commit"/>, the whole new one.
/// Doubles are written with the fewest digits that read back to the same bits.
/// </summary>
public sealed class RowWriter : IDisposable
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly AtomicFile _file;
    private readonly GZipStream? _gzip;

    /// <exception cref="SpaException">The file cannot be written.</exception>
    public RowWriter(string path)
    {
        _file = new AtomicFile(path);
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) _gzip = new GZipStream(_file.Stream, CompressionLevel.Optimal, leaveOpen: true);
    }

    /// <summary>Rows written so far.</summary>
    public long Count { get; private set; }

    /// <summary>Writes all rows and commits.</summary>
    /// <exception cref="SpaException">The file cannot be written, or a number is not finite.</exception>
    public static void WriteAll(string path, IEnumerable<JsonObject> rows)
    {
        using RowWriter writer = new(path);
        foreach (JsonObject row in rows) writer.Write(row);
        writer.Commit();
    }

    /// <exception cref="SpaException">The disk is full, or a number is not finite: JSON has no text for it.</exception>
    public void Write(JsonObject row)
    {
        byte[] line;
        try
        {
            line = JsonSerializer.SerializeToUtf8Bytes(row, s_options);
        }
        catch (ArgumentException e)
        {
            throw new SpaException($"{_file.TargetPath}: row {Count + 1} holds a NaN or an infinity, which JSON cannot hold", e);
        }

        Try(() =>
        {
            Stream stream = _gzip is null ? _file.Stream : _gzip;
            stream.Write(line);
            stream.WriteByte((byte)'\n');
        });
        Count++;
    }

    /// <summary>Makes the rows durable under the target's name; nothing can be written afterwards.</summary>
    /// <exception cref="SpaException">The disk is full or the name cannot be taken.</exception>
    public void Commit()
    {
        Try(() => _gzip?.Dispose());
        _file.Commit();
    }

    /// <summary>Without a commit the target stays as it was.</summary>
    public void Dispose() => _file.Dispose();

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Writing(_file.TargetPath, e);
        }
    }
}
