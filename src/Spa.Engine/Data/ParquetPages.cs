namespace Spa.Engine.Data;

/// <summary>
/// Walks the page headers of a Parquet file before the library reads them, for it reserves what a header claims. A page must lie in the file, unpack to no more
/// than its packing can hold, and have no more values than its column has left.
/// </summary>
internal sealed class ParquetPages(Stream file, RowLimits limits)
{
    // A header has some 20 bytes, or as much as the smallest and largest value of a page of long texts.
    private const int FirstWindow = 4 << 10, MaxHeader = 16 << 20;

    // Page types of parquet.thrift.
    private const int DataPage = 0, IndexPage = 1, DictionaryPage = 2, DataPage2 = 3;

    private long _walked;
    private long _unpacked;

    /// <summary>Leaves the stream at its beginning.</summary>
    /// <exception cref="InvalidDataException">A page claims what cannot be; says what.</exception>
    public void Check(IEnumerable<ParquetChunk> chunks)
    {
        foreach (ParquetChunk chunk in chunks) Check(chunk);
        file.Position = 0;
    }

    private void Check(ParquetChunk chunk)
    {
        if (chunk.Values < 0 || chunk.Start < 4 || chunk.Start > file.Length) throw new InvalidDataException("a column in its footer has no values or no place");
        if (!IsRead(chunk.Codec)) throw new InvalidDataException($"it is packed by {(chunk.Codec == 5 ? "LZ4 in the framing of old writers" : $"codec {chunk.Codec}")}; read are Snappy, gzip, Brotli, Zstandard and LZ4_RAW");
        long at = chunk.Start;
        for (long left = chunk.Values; left > 0;)
        {
            ParquetPage page = ReadHeader(at, out int headerBytes);
            at += headerBytes;
            if (page.Packed < 0 || page.Packed > file.Length - at) throw Claims($"{page.Packed} bytes where {file.Length - at} follow");
            CheckSize(page, chunk.Codec);
            if (page.Type is DataPage or DataPage2)
            {
                if (page.Values < 0 || page.Values > left) throw Claims($"{page.Values} values where its column has {left} left");
                if (page.Levels < 0 || page.Levels > page.Packed) throw Claims($"{page.Levels} bytes of levels in {page.Packed}");
                left -= page.Values;
            }
            else if (page.Type == DictionaryPage)
            {
                if (page.Values < 0 || page.Values > page.Unpacked) throw Claims($"{page.Values} values in {page.Unpacked} bytes");
            }
            else if (page.Type != IndexPage) throw Claims($"to be of type {page.Type}");
            at += page.Packed;
            // Columns share no pages, so all of them together are no longer than the file; a file that leads in circles is.
            _walked += headerBytes + page.Packed;
            if (_walked > file.Length) throw new InvalidDataException("its pages lead back to themselves");
        }
    }

    // Uncompressed, Snappy, gzip, Brotli, Zstandard, LZ4_RAW.
    private static bool IsRead(long codec) => codec is 0 or 1 or 2 or 4 or 6 or 7;

    private void CheckSize(ParquetPage page, long codec)
    {
        if (page.Unpacked < 0 || page.Unpacked > Expansion(codec) * (page.Packed + 16)) throw Claims($"to unpack from {page.Packed} to {page.Unpacked} bytes");
        _unpacked += page.Unpacked;
        if (_unpacked > limits.ExpansionFloor && _unpacked > limits.MaxExpansion * file.Length)
            throw new InvalidDataException($"it unpacks to more than {limits.MaxExpansion} times its size; no data set does");
    }

    /// <summary>How many bytes one byte can become: by a copy of 64 from 3 bytes (Snappy), deflate's 1,032, LZ4's 255; the others have no bound that helps.</summary>
    private static long Expansion(long codec) => codec switch
    {
        0 => 1,
        1 => 22,
        2 => 1032,
        7 => 256,
        _ => 1 << 20,
    };

    private ParquetPage ReadHeader(long at, out int length)
    {
        long left = Math.Min(MaxHeader, file.Length - at);
        byte[] window = new byte[Math.Min(FirstWindow, left)];
        while (true)
        {
            file.Position = at;
            file.ReadExactly(window);
            try
            {
                return ParquetPage.Read(window, out length);
            }
            catch (InvalidDataException) when (window.Length < left)
            {
                window = new byte[Math.Min(16L * window.Length, left)];
            }
        }
    }

    private static InvalidDataException Claims(string what) => new($"a page claims {what}");
}
