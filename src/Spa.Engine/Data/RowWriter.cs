using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>
/// Writes JSON Lines (packed where the name ends in .gz) to a temporary file beside the target, which <see cref="Commit"/> flushes to the
/// disk and renames: a reader sees the old file or the whole new one. Without a commit the target is left as it was. Doubles are written
/// with the fewest digits that read back to the same bits.
/// </summary>
public sealed class RowWriter : IDisposable
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _file;
    private readonly Stream _stream;
    private bool _closed;
    private bool _committed;

    /// <exception cref="SpaException">The folder is missing or cannot be written to.</exception>
    public RowWriter(string path)
    {
        _path = path;
        _temporary = $"{path}.{Environment.ProcessId}.tmp";
        _file = Try(() => new FileStream(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16));
        _stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(_file, CompressionLevel.Optimal, leaveOpen: true) : _file;
    }

    /// <summary>Rows written so far.</summary>
    public long Count { get; private set; }

    /// <summary>Writes all rows and commits.</summary>
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
            throw new SpaException($"{_path}: row {Count + 1} holds a NaN or an infinity, which JSON cannot hold", e);
        }

        Try(() =>
        {
            _stream.Write(line);
            _stream.WriteByte((byte)'\n');
            return true;
        });
        Count++;
    }

    /// <summary>Makes the rows durable under the target's name; nothing can be written afterwards.</summary>
    public void Commit() => Try(() =>
    {
        Close(flush: true);
        File.Move(_temporary, _path, overwrite: true);
        return _committed = true;
    });

    public void Dispose()
    {
        if (_committed) return;
        try
        {
            Close(flush: false);
        }
        catch (IOException)
        {
            // What is in the buffer no longer matters: the temporary file goes.
        }

        File.Delete(_temporary);
    }

    private void Close(bool flush)
    {
        if (_closed) return;
        _closed = true;
        if (!ReferenceEquals(_stream, _file)) _stream.Dispose();
        if (flush) _file.Flush(flushToDisk: true);
        _file.Dispose();
    }

    private T Try<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpaException($"{_path}: cannot write rows: {e.Message.ReplaceLineEndings(" ")}; check the folder, its rights and the free space", e);
        }
    }
}
