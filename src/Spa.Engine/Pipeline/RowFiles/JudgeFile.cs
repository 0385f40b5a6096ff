using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>A file of rows with a prompt and <c>responses</c>, as <c>spa generate</c> writes them.</summary>
public sealed class JudgeFile
{
    private readonly string _path;
    private readonly ModelBundle? _model;

    /// <summary>Reads the whole file once, so that a bad row is found before the first expensive step.</summary>
    /// <param name="path">JSON Lines, a JSON array or Parquet.</param>
    /// <param name="model">Whose tokens the judge needs; null: it reads text.</param>
    /// <exception cref="SpaException">The file or a row cannot be used; names file and line.</exception>
    public JudgeFile(string path, ModelBundle? model)
    {
        (_path, _model) = (path, model);
        foreach (JudgeFileRow row in Rows())
        {
            Count++;
            LargestRow = Math.Max(LargestRow, row.Row.BatchRows);
        }
    }

    public long Count { get; }

    /// <summary>Batch rows of the largest row.</summary>
    public int LargestRow { get; }

    /// <summary>The rows in order; the file is read again.</summary>
    public IEnumerable<JudgeFileRow> Rows()
    {
        JudgeInput input = new(_model);
        int index = 0;
        foreach (PromptRow row in Data.Rows.ReadPrompts(_path, new RowReport())) yield return new JudgeFileRow(row.Source, input.Convert(row, index++));
    }
}
