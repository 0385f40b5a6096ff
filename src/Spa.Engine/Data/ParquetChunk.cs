namespace Spa.Engine.Data;

/// <summary>One column of one row group as the footer describes it; -1 where it says nothing.</summary>
/// <param name="Codec">How its pages are packed (parquet.thrift, CompressionCodec).</param>
/// <param name="Values">Values in all its pages, nulls included.</param>
/// <param name="DataOffset">Where its first data page begins.</param>
/// <param name="DictionaryOffset">Where its dictionary begins, if it has one; some writers put 0 for none.</param>
internal readonly record struct ParquetChunk(long Codec, long Values, long DataOffset, long? DictionaryOffset)
{
    /// <summary>Where its first page begins.</summary>
    public long Start => DictionaryOffset is > 0 ? Math.Min(DictionaryOffset.Value, DataOffset) : DataOffset;
}
