using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>
/// Response rows or preference rows of a file, in tokens, checked against the model. What kind they are is told by the first row: preference
/// rows have <c>chosen</c> and <c>rejected</c>. Of a whole conversation the last assistant turn is scored, of a whole text everything but the
/// first token.
/// </summary>
public sealed class ScoreFile
{
    private readonly string _path;
    private readonly ModelBundle _model;
    private readonly Truncation _truncation;

    /// <summary>Reads the whole file once, so that a bad row is found before the first expensive step.</summary>
    /// <exception cref="SpaException">The file or a row cannot be used; names file and line.</exception>
    public ScoreFile(string path, ModelBundle model, Truncation truncation)
    {
        (_path, _model, _truncation) = (path, model, truncation);
        SourceRow first = RowReader.Read(path).FirstOrDefault() ?? throw new SpaException($"{path}: expected rows to score, found none");
        IsPreference = first.Json.ContainsKey("chosen") || first.Json.ContainsKey("chosen_ids");
        foreach (ScoredRow row in Rows())
        {
            Count++;
            LargestRow = Math.Max(LargestRow, row.BatchRows);
        }
    }

    public bool IsPreference { get; }

    public long Count { get; }

    /// <summary>Batch rows of the largest row.</summary>
    public int LargestRow { get; }

    /// <summary>What reading the file noticed, by the last enumeration.</summary>
    public RowReport Report { get; private set; } = new();

    /// <summary>The rows in order; the file is read again.</summary>
    public IEnumerable<ScoredRow> Rows()
    {
        Report = new RowReport();
        RowTokenization tokenization = new(_model.RowTokenizer, _truncation, Report);
        return IsPreference
            ? Data.Rows.ReadPreferences(_path, Report).Select(row => Pair(row, tokenization.Pair(row)))
            : Data.Rows.ReadResponses(_path, Report).Select(row => Response(row, tokenization));
    }

    private ScoredRow Pair(PreferenceRow row, TokenizedPair? pair)
    {
        if (pair is null) throw Nothing(row.Location);
        return Check(new ScoredRow(row.Source, row.Location, pair.Prompt, [pair.Chosen, pair.Rejected]));
    }

    private ScoredRow Response(ResponseRow row, RowTokenization tokenization)
    {
        ScoredTurns turns = row.Prompt is null && row.Response.Messages is not null ? ScoredTurns.Last : ScoredTurns.Auto;
        TokenizedExample example = tokenization.Example(row, turns) ?? throw Nothing(row.Location);
        int start = Array.IndexOf(example.Scored, true), end = Array.LastIndexOf(example.Scored, true) + 1;
        return Check(new ScoredRow(row.Source, row.Location, example.Tokens[..start], [example.Tokens[start..end]]));
    }

    private ScoredRow Check(ScoredRow row)
    {
        RowChecks.RequireIds(row.Prompt, _model.Config, row.Location);
        foreach (int[] response in row.Responses)
        {
            RowChecks.RequireIds(response, _model.Config, row.Location);
            RowChecks.RequireFit(row.Prompt.Length, response.Length, _model.Config, row.Location);
        }

        return row;
    }

    private static SpaException Nothing(RowLocation location) =>
        new($"{location}: nothing is left to score; a response comes to no token, or the prompt alone fills --max-length");
}
