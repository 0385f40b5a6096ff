using Spa.Engine.Formats;

namespace Spa.Engine.Reporting;

/// <summary>
/// Appends to <c>metrics.jsonl</c>. A line is one write, so a killed process leaves whole lines and at most one torn last line, which
/// <see cref="Resume"/> removes together with updates that the resumed run will do again.
/// </summary>
public sealed class MetricsWriter : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _path;

    private MetricsWriter(FileStream stream, string path)
    {
        _stream = stream;
        _path = path;
    }

    /// <summary>Starts an empty log; an existing file is emptied.</summary>
    public static MetricsWriter Create(string path) => Guard(path, () =>
    {
        MetricsWriter writer = Open(path);
        writer._stream.SetLength(0);
        return writer;
    });

    /// <summary>
    /// Continues a log. Kept are the entries of earlier stages and those of <paramref name="stage"/> up to <paramref name="step"/>;
    /// everything from the first later entry on is cut off. A missing file is an empty log.
    /// </summary>
    /// <param name="path">The log.</param>
    /// <param name="stage">Stage that continues; where the log does not know it yet, every whole entry is kept.</param>
    /// <param name="step">Last update of that stage that is part of the restored state; 0 restarts the stage.</param>
    public static MetricsWriter Resume(string path, string stage, long step) => Guard(path, () =>
    {
        MetricsWriter writer = Open(path);
        try
        {
            long keep = 0;
            bool reached = false;
            foreach ((MetricsEntry entry, long end) in MetricsLog.Scan(writer._stream, path))
            {
                bool same = entry.Stage == stage;
                if (same ? entry.Step > step : reached) break;
                reached |= same;
                keep = end;
            }
            writer._stream.SetLength(keep);
            writer._stream.Seek(0, SeekOrigin.End);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    });

    /// <summary>Writes a whole log at once, atomically; a log that holds just that already is left alone.</summary>
    public static void WriteAll(string path, IEnumerable<MetricsEntry> entries)
    {
        byte[] lines = [.. entries.SelectMany(MetricsLine.Encode)];
        if (File.Exists(path) && Guard(path, () => File.ReadAllBytes(path)).AsSpan().SequenceEqual(lines)) return;
        AtomicFile.WriteAllBytes(path, lines);
    }

    /// <summary>
    /// Adds one line and hands it to the operating system. After a failure (a full disk) the log still ends in a whole line.
    /// </summary>
    public void Append(MetricsEntry entry)
    {
        byte[] line = MetricsLine.Encode(entry);
        long end = _stream.Position;
        Guard(_path, () =>
        {
            try
            {
                _stream.Write(line);
                return true;
            }
            catch (Exception error) when (FileErrors.IsFileError(error))
            {
                _stream.SetLength(end);
                throw;
            }
        });
    }

    /// <summary>Waits until the lines are on the disk; call it before a checkpoint that counts on them becomes visible.</summary>
    public void Sync() => Guard(_path, () =>
    {
        _stream.Flush(flushToDisk: true);
        return true;
    });

    public void Dispose() => _stream.Dispose();

    /// <summary>Unbuffered, so that <see cref="Append"/> is one system call and nothing waits in this process.</summary>
    private static MetricsWriter Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".");
        return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0), path);
    }

    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw new SpaException($"cannot write metrics to '{path}': {FileErrors.Reason(error)}; check the folder's permissions and free space", error);
        }
    }
}
