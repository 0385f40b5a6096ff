namespace Spa.Engine.Data;

/// <summary>What a page header claims; -1 where it claims nothing.</summary>
/// <param name="Type">Kind of page.</param>
/// <param name="Unpacked">Bytes when unpacked.</param>
/// <param name="Packed">Bytes in the file, behind the header.</param>
/// <param name="Values">Values, nulls included.</param>
/// <param name="Levels">Bytes of levels before the values, which are not packed.</param>
internal readonly record struct ParquetPage(long Type, long Unpacked, long Packed, long Values, long Levels)
{
    /// <exception cref="InvalidDataException">The bytes are no header, or end within it.</exception>
    public static ParquetPage Read(ReadOnlySpan<byte> bytes, out int length)
    {
        ParquetPage page = new(-1, -1, -1, -1, 0);
        ThriftWalker walker = new(bytes, "a page header", (name, integers) =>
        {
            if (name == "Page") page = page with { Type = integers[1] ?? -1, Unpacked = integers[2] ?? -1, Packed = integers[3] ?? -1 };
            else if (name is "DataPage" or "Dictionary") page = page with { Values = integers[1] ?? -1 };
            else if (name == "DataPage2") page = page with { Values = integers[1] ?? -1, Levels = Sum(integers[5], integers[6]) };
        });
        walker.Struct("Page");
        length = walker.Length;
        return page;
    }

    private static long Sum(long? definition, long? repetition) => definition is >= 0 and <= int.MaxValue && repetition is >= 0 and <= int.MaxValue ? definition.Value + repetition.Value : -1;
}
