using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>
/// What reading, tokenising and cutting a data set found. One report may serve several files; the commands print <see cref="Lines"/> and
/// keep <see cref="ToJson"/> with the run.
/// </summary>
public sealed class RowReport
{
    /// <summary>Faults and warnings kept with their text; beyond it they are only counted.</summary>
    private const int MaxKept = 100;

    private readonly SortedDictionary<Diagnosis, long> _skipped = [];
    private readonly SortedDictionary<Diagnosis, long> _warned = [];
    private readonly Dictionary<UInt128, RowLocation> _prompts = [];
    private readonly Dictionary<UInt128, RowLocation> _rows = [];
    private readonly List<RowFault> _faults = [];
    private readonly List<RowFault> _warnings = [];

    /// <summary>How the first usable row was read, in a few words.</summary>
    public string Reading { get; private set; } = "";

    /// <summary>Rows seen, usable or not.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows handed on.</summary>
    public long Usable { get; private set; }

    /// <summary>Rows left out because of a fault.</summary>
    public long Skipped => Rows - Usable;

    /// <summary>Rows per diagnosis; a row with two faults counts for both.</summary>
    public IReadOnlyDictionary<Diagnosis, long> SkippedBy => _skipped;

    /// <summary>Usable rows per warning: repeated prompts, repeated rows.</summary>
    public IReadOnlyDictionary<Diagnosis, long> WarnedBy => _warned;

    /// <summary>The first faults, for the user to look at.</summary>
    public IReadOnlyList<RowFault> Faults => _faults;

    /// <summary>The first warnings, for the user to look at.</summary>
    public IReadOnlyList<RowFault> Warnings => _warnings;

    /// <summary>Tokens of the longest prompt, before anything was cut.</summary>
    public int LongestPrompt { get; private set; }

    /// <summary>Tokens of the longest response, before anything was cut.</summary>
    public int LongestResponse { get; private set; }

    /// <summary>Responses that came to no token at all; their rows were left out.</summary>
    public long EmptyResponses { get; private set; }

    /// <summary>
    /// Rows whose prompt and response would merge at their border if they were tokenised as one text; the response was then tokenised by
    /// itself, as a sampler would have gone on.
    /// </summary>
    public long BoundaryMerges { get; private set; }

    /// <summary>Rows whose rendered conversation does not begin with the rendered prompt; the answer's bare text was used.</summary>
    public long TemplateMismatches { get; private set; }

    /// <summary>What was cut to fit.</summary>
    public TruncationCounts Truncation { get; } = new();

    internal string FirstFaultSuffix => _faults.Count == 0 ? "" : $"; the first: {_faults[0]}";

    /// <summary>The report in lines of text: the reading, then one line for everything that is not as it should be.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"{Usable} of {Rows} rows usable; read as {Reading}";
        foreach ((Diagnosis diagnosis, long count) in _skipped) yield return $"skipped {count}: {diagnosis.Code()}, {diagnosis.Found()}";
        foreach ((Diagnosis diagnosis, long count) in _warned) yield return $"warning {count}: {diagnosis.Code()}, {diagnosis.Found()}";
        if (EmptyResponses > 0) yield return $"skipped {EmptyResponses}: a response without a token";
        if (BoundaryMerges > 0) yield return $"note {BoundaryMerges}: tokens would merge across the border of prompt and response; tokenised apart";
        if (TemplateMismatches > 0) yield return $"note {TemplateMismatches}: the chat template writes the prompt otherwise once it is answered; bare answers used";
        foreach (string line in Truncation.Lines()) yield return line;
    }

    /// <summary>The same as an object of plain numbers.</summary>
    public JsonObject ToJson() => new()
    {
        ["reading"] = Reading,
        ["rows"] = Rows,
        ["usable"] = Usable,
        ["skipped"] = Counts(_skipped),
        ["warnings"] = Counts(_warned),
        ["longest_prompt"] = LongestPrompt,
        ["longest_response"] = LongestResponse,
        ["empty_responses"] = EmptyResponses,
        ["boundary_merges"] = BoundaryMerges,
        ["template_mismatches"] = TemplateMismatches,
        ["truncation"] = Truncation.ToJson(),
    };

    internal void AddFaulty(IReadOnlyList<RowFault> faults)
    {
        Rows++;
        foreach (Diagnosis diagnosis in faults.Select(f => f.Diagnosis).Distinct()) Count(_skipped, diagnosis);
        _faults.AddRange(faults.Take(MaxKept - _faults.Count));
    }

    internal void AddUsable(string reading, RowLocation location, UInt128? prompt, UInt128? row)
    {
        Rows++;
        Usable++;
        if (Reading.Length == 0) Reading = reading;
        bool repeated = row is { } whole && !_rows.TryAdd(whole, location);
        if (repeated) Warn(Diagnosis.DuplicateRow, location, _rows[row!.Value]);
        if (prompt is { } key && !_prompts.TryAdd(key, location) && !repeated) Warn(Diagnosis.DuplicatePrompt, location, _prompts[key]);
    }

    internal void AddLengths(int prompt, int response)
    {
        LongestPrompt = Math.Max(LongestPrompt, prompt);
        LongestResponse = Math.Max(LongestResponse, response);
    }

    internal void AddEmptyResponse() => EmptyResponses++;

    internal void AddBoundaryMerge() => BoundaryMerges++;

    internal void AddTemplateMismatch() => TemplateMismatches++;

    private static void Count(SortedDictionary<Diagnosis, long> counts, Diagnosis diagnosis) => counts[diagnosis] = counts.GetValueOrDefault(diagnosis) + 1;

    private static JsonObject Counts(SortedDictionary<Diagnosis, long> counts) =>
        new(counts.Select(pair => KeyValuePair.Create(pair.Key.Code(), (JsonNode?)pair.Value)));

    private void Warn(Diagnosis diagnosis, RowLocation location, RowLocation first)
    {
        Count(_warned, diagnosis);
        if (_warnings.Count < MaxKept) _warnings.Add(new RowFault(diagnosis, location, $"first at {first}"));
    }
}
