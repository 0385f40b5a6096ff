using System.Globalization;
using System.Text;
using Spa.Engine.Formats;

namespace Spa.Engine.Data;

/// <summary>
/// A small table of comma-separated values with a header line (RFC 4180: quoted cells may hold commas, doubled quotes and line feeds). Read whole;
/// <see cref="JsonFiles.MaxBytes"/> bounds it.
/// </summary>
public sealed class CsvTable
{
    private readonly List<string[]> _rows = [];

    /// <exception cref="SpaException">The file cannot be read, a quote is not closed, or a row has another number of cells than the header.</exception>
    public CsvTable(string path)
    {
        Path = path;
        List<string[]> all = [.. Parse(JsonFiles.ReadText(path), path)];
        if (all.Count == 0) throw new SpaException($"{path}: expected a line of column names, found an empty file");
        Columns = all[0];
        for (int i = 1; i < all.Count; i++)
        {
            if (all[i].Length != Columns.Count) throw new SpaException($"{path}: row {i} has {all[i].Length} cells, the header has {Columns.Count}; mend the file");
            _rows.Add(all[i]);
        }
    }

    public string Path { get; }

    public IReadOnlyList<string> Columns { get; }

    public int Count => _rows.Count;

    /// <summary>A column of numbers.</summary>
    /// <exception cref="SpaException">There is no such column, or a cell is not a finite number.</exception>
    public double[] Numbers(string column)
    {
        int index = IndexOf(column);
        double[] numbers = new double[Count];
        for (int row = 0; row < Count; row++)
        {
            string cell = _rows[row][index];
            if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[row]) || !double.IsFinite(numbers[row]))
                throw new SpaException($"{Path}: row {row + 1}, column '{column}': expected a number, found '{cell}'");
        }

        return numbers;
    }

    /// <summary>A column as it stands in the file.</summary>
    /// <exception cref="SpaException">There is no such column.</exception>
    public string[] Texts(string column)
    {
        int index = IndexOf(column);
        return [.. _rows.Select(row => row[index])];
    }

    private int IndexOf(string column)
    {
        int index = Columns.ToList().IndexOf(column);
        return index >= 0 ? index : throw new SpaException($"{Path}: expected a column '{column}', found {string.Join(", ", Columns)}");
    }

    private static IEnumerable<string[]> Parse(string text, string path)
    {
        List<string> row = [];
        StringBuilder cell = new();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0) quoted = true;
            else if (c == ',') Take();
            else if (c == '\n')
            {
                Take();
                if (row.Count > 1 || row[0].Length > 0) yield return [.. row];
                row.Clear();
            }
            else if (c != '\r' || i + 1 >= text.Length || text[i + 1] != '\n') cell.Append(c);
        }

        if (quoted) throw new SpaException($"{path}: a quoted cell is not closed at the end of the file; copy or download it again");
        if (cell.Length == 0 && row.Count == 0) yield break;
        Take();
        yield return [.. row];

        void Take()
        {
            row.Add(cell.ToString());
            cell.Clear();
        }
    }
}
