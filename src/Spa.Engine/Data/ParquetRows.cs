using System.Text.Json.Nodes;
using Parquet;

namespace Spa.Engine.Data;

/// <summary>
/// Parquet through the library's lowest level: raw values and levels per column, put together here. Its typed readers return null lists
/// without an error for files whose list field is called <c>item</c>, so they are not used. Read is everything that
/// can be JSON; binary values are left out.
/// </summary>
internal static class ParquetRows
{
    public static IEnumerable<SourceRow> Read(Stream source, string path, RowLimits limits)
    {
        using Disposer reader = new(Guard(path, () => Open(source, limits)));
        ParquetColumn[] columns = Guard(path, () => reader.Inner.Schema.Fields.Select(field => ParquetColumn.Of(field, limits)).OfType<ParquetColumn>().ToArray());
        long number = 0;
        for (int group = 0; group < reader.Inner.RowGroupCount; group++)
        {
            foreach (JsonObject row in ReadGroup(reader.Inner, group, columns, path, limits))
            {
                yield return new SourceRow(row, new RowLocation(path, ++number, IsLine: false));
            }
        }
    }

    private static ParquetReader Open(Stream source, RowLimits limits)
    {
        new ParquetPages(source, limits).Check(ParquetFooter.Check(source));
        return ParquetReader.CreateAsync(new BudgetStream(source)).GetAwaiter().GetResult();
    }

    private static JsonObject[] ReadGroup(ParquetReader reader, int index, ParquetColumn[] columns, string path, RowLimits limits)
    {
        using ParquetRowGroupReader group = Guard(path, () => reader.OpenRowGroupReader(index));
        if (group.RowCount < 0 || group.RowCount > limits.MaxColumnValues)
        {
            throw new SpaException($"{path}: row group {index} claims {group.RowCount} rows, at most {limits.MaxColumnValues} are read; write smaller row groups");
        }

        List<JsonNode?>[] values = [.. columns.Select(column => Guard(path, () => column.Read(group, path, limits), column.Name))];
        for (int c = 0; c < columns.Length; c++)
        {
            if (values[c].Count == group.RowCount) continue;
            throw new SpaException($"{path}: row group {index} has {group.RowCount} rows but column '{columns[c].Name}' has {values[c].Count}; the file is damaged");
        }

        JsonObject[] rows = new JsonObject[group.RowCount];
        for (int r = 0; r < rows.Length; r++)
        {
            rows[r] = [];
            for (int c = 0; c < columns.Length; c++) rows[r].Add(columns[c].Name, values[c][r]);
        }

        return rows;
    }

    /// <summary>The library reports a damaged file by whatever exception the damage leads to; all become one line.</summary>
    private static T Guard<T>(string path, Func<T> read, string column = "")
    {
        try
        {
            return read();
        }
        catch (NotImplementedException e)
        {
            throw new SpaException($"{path}: column '{column}' has an encoding that is not read; leave it out, or write the file with plain or dictionary encoding and data pages of version 1, as pandas does", e);
        }
        catch (Exception e) when (e is not SpaException)
        {
            throw new SpaException($"{path}: not a readable Parquet file ({e.Message.ReplaceLineEndings(" ")}); write it again", e);
        }
    }

    private sealed class Disposer(ParquetReader inner) : IDisposable
    {
        public ParquetReader Inner { get; } = inner;

        public void Dispose() => Inner.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
