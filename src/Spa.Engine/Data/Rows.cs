namespace Spa.Engine.Data;

/// <summary>
/// Rows with their meaning: reads a file, tells the shape of each row, diagnoses the ones that cannot be used, and notes repeated
/// prompts. What was seen stands in the <see cref="RowReport"/> once the rows were enumerated.
/// </summary>
public static class Rows
{
    /// <summary>Prompts: the <c>prompt</c> of any row that has one, or the turns before the answer.</summary>
    /// <exception cref="SpaException">The file cannot be read, or a row cannot be used and <paramref name="badRows"/> is <see cref="BadRows.Stop"/>.</exception>
    public static IEnumerable<PromptRow> ReadPrompts(string path, RowReport report, BadRows badRows = BadRows.Stop) =>
        Read(path, report, badRows, (row, fields) => new ResponseParser(row, fields).ParsePrompt(), row => (row.Prompt.Fingerprint(), null));

    /// <summary>Preference pairs.</summary>
    /// <exception cref="SpaException">The file cannot be read, or a row cannot be used and <paramref name="badRows"/> is <see cref="BadRows.Stop"/>.</exception>
    public static IEnumerable<PreferenceRow> ReadPreferences(string path, RowReport report, BadRows badRows = BadRows.Stop) =>
        Read(path, report, badRows, (row, fields) => new PreferenceParser(row, fields).Parse(),
            row => (row.Prompt.Fingerprint(), Mix(row.Prompt.Fingerprint(), row.Chosen.Fingerprint(), row.Rejected.Fingerprint())));

    /// <summary>Examples to imitate or to score.</summary>
    /// <exception cref="SpaException">The file cannot be read, or a row cannot be used and <paramref name="badRows"/> is <see cref="BadRows.Stop"/>.</exception>
    public static IEnumerable<ResponseRow> ReadResponses(string path, RowReport report, BadRows badRows = BadRows.Stop) =>
        Read(path, report, badRows, (row, fields) => new ResponseParser(row, fields).ParseResponse(),
            row => (row.Prompt?.Fingerprint(), Mix(row.Prompt?.Fingerprint() ?? 0, row.Response.Fingerprint(), 0)));

    /// <summary>One row as a preference pair.</summary>
    /// <param name="source">The row as it stands in its file.</param>
    /// <param name="reading">How it was read, in a few words.</param>
    /// <exception cref="SpaException">It cannot be used; says why.</exception>
    public static PreferenceRow ToPreference(SourceRow source, out string reading) => One(source, fields => new PreferenceParser(source, fields).Parse(), out reading);

    /// <summary>One row as an example, as for <see cref="ToPreference"/>.</summary>
    /// <exception cref="SpaException">It cannot be used; says why.</exception>
    public static ResponseRow ToResponse(SourceRow source, out string reading) => One(source, fields => new ResponseParser(source, fields).ParseResponse(), out reading);

    /// <summary>One row as a prompt, as for <see cref="ToPreference"/>.</summary>
    /// <exception cref="SpaException">It cannot be used; says why.</exception>
    public static PromptRow ToPrompt(SourceRow source, out string reading) => One(source, fields => new ResponseParser(source, fields).ParsePrompt(), out reading);

    /// <summary>Every fault of one preference row; empty where it can be used.</summary>
    public static IReadOnlyList<RowFault> DiagnosePreference(SourceRow row)
    {
        RowFields fields = new(row);
        _ = new PreferenceParser(row, fields).Parse();
        return fields.Faults;
    }

    private static T One<T>(SourceRow source, Func<RowFields, T?> parse, out string reading)
        where T : class
    {
        RowFields fields = new(source);
        T? row = parse(fields);
        reading = fields.FullReading;
        return row ?? throw new SpaException(fields.Faults[0].ToString());
    }

    private static IEnumerable<T> Read<T>(
        string path, RowReport report, BadRows badRows, Func<SourceRow, RowFields, T?> parse, Func<T, (UInt128? Prompt, UInt128? Row)> fingerprints)
        where T : class
    {
        long seen = 0, usable = 0;
        foreach (SourceRow source in RowReader.Read(path))
        {
            seen++;
            RowFields fields = new(source);
            T? row = parse(source, fields);
            if (row is null && badRows == BadRows.Stop) throw new SpaException(fields.Faults[0].ToString());
            if (row is null)
            {
                report.AddFaulty(fields.Faults);
                continue;
            }

            (UInt128? prompt, UInt128? whole) = fingerprints(row);
            usable++;
            report.AddUsable(fields.FullReading, source.Location, prompt, whole);
            yield return row;
        }

        if (usable == 0) throw new SpaException($"{path}: expected at least one usable row, found {seen} rows, none usable{report.FirstFaultSuffix}");
    }

    /// <summary>Order matters: swapping chosen and rejected is another row.</summary>
    private static UInt128 Mix(UInt128 a, UInt128 b, UInt128 c)
    {
        UInt128 odd = new(0x9E3779B97F4A7C15, 0xF39CC0605CEDC835);
        return (((a * odd) ^ b) * odd) ^ c;
    }
}
