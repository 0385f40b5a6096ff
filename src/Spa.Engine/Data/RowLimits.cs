namespace Spa.Engine.Data;

/// <summary>Bounds that keep a hostile or broken file from taking the machine's memory. No real data set comes near them.</summary>
/// <param name="MaxRowBytes">Longest line or JSON array element.</param>
/// <param name="MaxDepth">Deepest nesting of arrays and objects in a row.</param>
/// <param name="MaxExpansion">
/// Largest ratio of unpacked to packed bytes of a .gz, looked at once <see cref="ExpansionFloor"/> bytes were unpacked. Text packs 3 to
/// 20 times; deflate's own limit is about 1,030.
/// </param>
/// <param name="ExpansionFloor">Bytes that may be unpacked whatever the ratio.</param>
/// <param name="MaxUnpackedParquetBytes">A Parquet file inside a .gz is unpacked in memory, up to this size.</param>
/// <param name="MaxColumnValues">Values of one Parquet column in one row group.</param>
public sealed record RowLimits(
    int MaxRowBytes = 64 << 20,
    int MaxDepth = 64,
    int MaxExpansion = 200,
    long ExpansionFloor = 64 << 20,
    int MaxUnpackedParquetBytes = 1 << 30,
    int MaxColumnValues = 1 << 26)
{
    public static RowLimits Default { get; } = new();
}
