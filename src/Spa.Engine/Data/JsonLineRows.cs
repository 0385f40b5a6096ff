namespace Spa.Engine.Data;

/// <summary>JSON Lines: one object a line, LF or CRLF, blank lines skipped but counted.</summary>
internal static class JsonLineRows
{
    public static IEnumerable<SourceRow> Read(Stream source, string path, RowLimits limits)
    {
        byte[] buffer = new byte[1 << 16];
        int start = 0, end = 0;
        for (long line = 1; ; line++)
        {
            int length;
            int scanned = 0;
            while ((length = buffer.AsSpan(start + scanned, end - start - scanned).IndexOf((byte)'\n')) < 0)
            {
                scanned = end - start;
                if (scanned > limits.MaxRowBytes) throw TooLong(path, line, limits);
                Fill(source, ref buffer, ref start, ref end);
                if (end - start == scanned) break;
            }

            bool last = length < 0;
            length = last ? end - start : scanned + length;
            if (length > limits.MaxRowBytes) throw TooLong(path, line, limits);
            if (!IsBlank(buffer.AsSpan(start, length)))
            {
                RowLocation location = new(path, line, IsLine: true);
                yield return new SourceRow(JsonRow.Parse(buffer.AsSpan(start, length), location, 1, limits), location);
            }

            if (last) yield break;
            start += length + 1;
        }
    }

    private static SpaException TooLong(string path, long line, RowLimits limits) =>
        new($"{path}:{line}: the line is longer than {limits.MaxRowBytes} bytes; expected one JSON object a line");

    /// <summary>Moves what is unread to the front, doubles the buffer where it is full, and reads once.</summary>
    private static void Fill(Stream source, ref byte[] buffer, ref int start, ref int end)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        end += source.Read(buffer, end, buffer.Length - end);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;
}
