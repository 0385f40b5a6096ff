using System.Buffers;
using Spa.Engine.Formats;

namespace Spa.Engine.Reporting;

/// <summary>Reads <c>metrics.jsonl</c>.</summary>
public static class MetricsLog
{
    /// <summary>A line is about 800 bytes; this bounds what a file that is no log at all can make us hold.</summary>
    private const int LongestLine = 1 << 20;

    /// <summary>Every whole entry in the order written. A last line that was cut short by a crash is left out.</summary>
    /// <exception cref="SpaException">The file cannot be read, or a line that is not the last one is malformed.</exception>
    public static IReadOnlyList<MetricsEntry> Read(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return [.. Scan(stream, path).Select(found => found.Entry)];
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw new SpaException($"cannot read metrics from '{path}': {FileErrors.Reason(error)}", error);
        }
    }

    /// <summary>Yields each whole entry with the offset just past its line feed.</summary>
    internal static IEnumerable<(MetricsEntry Entry, long End)> Scan(Stream stream, string path)
    {
        ArrayBufferWriter<byte> line = new(1024);
        byte[] block = new byte[64 * 1024];
        long offset = 0, number = 1, malformed = 0;
        int read;
        while ((read = stream.Read(block)) > 0)
        {
            for (int start = 0; start < read;)
            {
                // Only the last line may be damaged: a power failure can leave a block that was never written.
                if (malformed > 0) throw Malformed(path, malformed, "something else");
                int feed = block.AsSpan(start, read - start).IndexOf((byte)'\n');
                int length = feed < 0 ? read - start : feed;
                if (line.WrittenCount + length > LongestLine) throw Malformed(path, number, $"a line longer than {LongestLine} bytes");
                line.Write(block.AsSpan(start, length));
                if (feed < 0) break;
                start += feed + 1;
                if (MetricsLine.TryDecode(line.WrittenMemory, out MetricsEntry? entry)) yield return (entry!, offset + start);
                else malformed = number;
                line.ResetWrittenCount();
                number++;
            }
            offset += read;
        }
    }

    private static SpaException Malformed(string path, long number, string found) =>
        new($"{path}:{number}: expected a JSON object with an integer \"step\", found {found}; "
            + "restore the file, or delete it to start a new log");
}
