namespace Spa.Engine.Data;

/// <summary>Where a row was read. It prints as the prefix of a one-line message: <c>seed.jsonl:12</c>, or <c>seed.parquet row 12</c>.</summary>
/// <param name="File">The path as the user gave it.</param>
/// <param name="Number">Line or row number, from 1.</param>
/// <param name="IsLine">True for text files, where <paramref name="Number"/> is the line that the row begins on.</param>
public readonly record struct RowLocation(string File, long Number, bool IsLine)
{
    public override string ToString() => IsLine ? $"{File}:{Number}" : $"{File} row {Number}";
}
