namespace Spa.Engine.Data;

/// <summary>
/// Streams the rows of a JSON Lines file, a JSON array or a Parquet file, each also as .gz. The kind is told by the content, not by the
/// name. Everything that is wrong with a file ends in a one-line <see cref="SpaException"/> that names file and line or row.
/// </summary>
public static class RowReader
{
    /// <summary>The rows of <paramref name="path"/> in their order; the file is open while they are enumerated.</summary>
    /// <exception cref="SpaException">The file is missing, unreadable, damaged, or not in one of the formats.</exception>
    public static IEnumerable<SourceRow> Read(string path, RowLimits? limits = null)
    {
        limits ??= RowLimits.Default;
        using FileStream file = Open(path);
        PeekStream raw = new(file);
        bool packed = raw.StartsWith([0x1f, 0x8b]);
        using Stream content = packed ? new GzipSource(raw, path, limits) : raw;
        PeekStream source = packed ? new PeekStream(content) : raw;
        if (OtherKind(source) is { } other) throw new SpaException($"{path}: expected JSON Lines, a JSON array or Parquet, each also as .gz; found {other}");
        IEnumerable<SourceRow> rows = source.StartsWith("PAR1"u8)
            ? ParquetRows.Read(!packed && file.CanSeek ? FromStart(file) : Unpack(source, path, limits), path, limits)
            : source.FirstTextByte() == '[' ? JsonArrayRows.Read(source, path, limits) : JsonLineRows.Read(source, path, limits);
        foreach (SourceRow row in rows) yield return row;
    }

    // Files that come up beside rows, so that nobody looks for a fault in their JSON.
    private static string? OtherKind(PeekStream source) =>
        source.StartsWith([0x28, 0xb5, 0x2f, 0xfd]) ? "a Zstandard file; unpack it with zstd -d"
        : source.StartsWith("PK\u0003\u0004"u8) ? "a zip archive; unpack it"
        : source.StartsWith("ARROW1"u8) ? "an Arrow file; save the data set with to_parquet or to_json"
        : !source.StartsWith("PAR1"u8) && char.IsAsciiLetter((char)source.FirstTextByte()) ? "text that is none of these (CSV is not read); save the rows as JSON Lines"
        : null;

    private static FileStream Open(string path)
    {
        if (Directory.Exists(path)) throw new SpaException($"{path}: expected a file of rows (JSON Lines, JSON array or Parquet), found a folder");
        try
        {
            return new FileStream(path, new FileStreamOptions { BufferSize = 1 << 16, Options = FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string found = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message.ReplaceLineEndings(" ");
            throw new SpaException($"{path}: cannot read rows: {found}", e);
        }
    }

    private static FileStream FromStart(FileStream file)
    {
        file.Position = 0;
        return file;
    }

    private static MemoryStream Unpack(Stream source, string path, RowLimits limits)
    {
        MemoryStream unpacked = new();
        byte[] buffer = new byte[1 << 16];
        for (int got; (got = source.Read(buffer)) > 0;)
        {
            if (unpacked.Length + got > limits.MaxUnpackedParquetBytes)
            {
                throw new SpaException($"{path}: a packed Parquet file may hold at most {limits.MaxUnpackedParquetBytes >> 20} MiB; unpack it with gunzip first");
            }

            unpacked.Write(buffer, 0, got);
        }

        unpacked.Position = 0;
        return unpacked;
    }
}
