using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline;

/// <summary>
/// JSON lines that grow while a phase works and take their final name when it is done. The name of the growing file holds the phase's key:
/// a later attempt with the same inputs continues behind the last whole line, one with other inputs starts anew and removes the rest.
/// </summary>
public sealed class PartialRows : IDisposable
{
    private static readonly System.Text.Json.JsonSerializerOptions s_relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _target;
    private readonly string _partial;
    private readonly FileStream _stream;

    public PartialRows(string target, string key)
    {
        _target = target;
        string folder = Path.GetDirectoryName(Path.GetFullPath(target))!, prefix = Path.GetFileName(target) + ".partial-";
        _partial = Path.Combine(folder, prefix + key[..16]);
        try
        {
            Directory.CreateDirectory(folder);
            foreach (string stale in Directory.GetFiles(folder, prefix + "*"))
                if (stale != _partial) File.Delete(stale);
            // Unbuffered: a row is one write, and nothing is left to be flushed by Dispose on a full disk.
            _stream = new FileStream(_partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            Existing = ReadWholeLines();
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            _stream?.Dispose();
            throw new SpaException($"'{_partial}' cannot be opened ({FileErrors.Reason(error)}); is another run working in this folder?", error);
        }
    }

    /// <summary>Rows of an earlier attempt.</summary>
    public IReadOnlyList<JsonObject> Existing { get; }

    /// <summary>Adds a row and hands it to the operating system.</summary>
    public void Append(JsonObject row)
    {
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(row.ToJsonString(s_relaxed) + "\n"));
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw NotWritten(error);
        }
    }

    /// <summary>All rows are there: flushes to the disk and takes the final name.</summary>
    public void Commit()
    {
        try
        {
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_partial, _target, overwrite: true);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw NotWritten(error);
        }
    }

    public void Dispose() => _stream.Dispose();

    private SpaException NotWritten(Exception error) =>
        new($"'{_partial}' cannot be written ({FileErrors.Reason(error)}); free some space and run the same command again, it continues here", error);

    private List<JsonObject> ReadWholeLines()
    {
        var rows = new List<JsonObject>();
        var bytes = new byte[_stream.Length];
        _stream.ReadExactly(bytes);
        int start = 0;
        for (int end = Array.IndexOf(bytes, (byte)'\n'); end >= 0; end = Array.IndexOf(bytes, (byte)'\n', start))
        {
            try
            {
                rows.Add(JsonNode.Parse(bytes.AsSpan(start, end - start))!.AsObject());
            }
            catch (System.Text.Json.JsonException)
            {
                break;
            }
            start = end + 1;
        }
        if (start < bytes.Length) _stream.SetLength(start);
        _stream.Seek(0, SeekOrigin.End);
        return rows;
    }
}
