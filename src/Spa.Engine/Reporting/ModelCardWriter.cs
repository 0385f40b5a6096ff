using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Spa.Engine.Formats;

namespace Spa.Engine.Reporting;

/// <summary>Writes a <see cref="ModelCard"/> as Markdown with the hub's YAML front matter; equal cards give equal bytes.</summary>
public static partial class ModelCardWriter
{
    private static readonly string[] s_limits =
    [
        "Knowledge and skills come from the base model; preference training does not add facts.",
        "The figures above are from the data and seeds named there and may not carry over to other prompts.",
    ];

    /// <summary>Writes the card atomically, usually to <c>README.md</c> in the model's folder; a file that holds just that already is left alone.</summary>
    /// <exception cref="SpaException">The file cannot be written.</exception>
    public static void Write(ModelCard card, string path)
    {
        string text = Render(card);
        if (!File.Exists(path) || File.ReadAllText(path) != text) AtomicFile.WriteAllText(path, text);
    }

    /// <summary>Whether this is an <c>owner/name</c> as the hub has them.</summary>
    internal static bool IsHubId(string name) => HubId().IsMatch(name);

    /// <summary>The card as text.</summary>
    public static string Render(ModelCard card)
    {
        StringBuilder text = new();
        AppendFrontMatter(text, card);
        text.Append("\n# ").Append(Line(card.Name)).Append("\n\n");
        text.Append(Line(ShownBase(card.BaseModel))).Append(' ').Append(card.Method.Sentence).Append('\n');
        AppendTraining(text, card.Training);
        AppendResults(text, card.Results);
        text.Append("\n## Limits\n\n");
        foreach (string limit in card.Limits.Concat(card.Method.Limit.Length > 0 ? [card.Method.Limit] : []).Concat(card.Results is { Rows.Count: > 0 } ? s_limits : s_limits.SkipLast(1)))
            text.Append("* ").Append(Line(limit)).Append('\n');
        if (card.License.Length == 0)
            text.Append("* The base model's licence is not known to the program that wrote this card; it applies all the same.\n");
        text.Append("\nMade with Spa").Append(card.EngineVersion.Length > 0 ? " " + Line(card.EngineVersion) : "").Append(".\n");
        return text.ToString();
    }

    private static void AppendFrontMatter(StringBuilder text, ModelCard card)
    {
        text.Append("---\n");
        // The hub takes only its own ids here; a folder name would make it reject the card.
        if (HubId().IsMatch(card.BaseModel)) text.Append("base_model: ").Append(Scalar(card.BaseModel)).Append('\n');
        if (card.Languages.Count > 0) AppendList(text, "language", card.Languages);
        text.Append("library_name: ").Append(card.IsAdapter ? "peft" : "transformers").Append('\n');
        if (card.License.Length > 0) text.Append("license: ").Append(Scalar(card.License)).Append('\n');
        if (card.LicenseName.Length > 0) text.Append("license_name: ").Append(Scalar(card.LicenseName)).Append('\n');
        if (card.LicenseLink.Length > 0) text.Append("license_link: ").Append(Scalar(card.LicenseLink)).Append('\n');
        text.Append("pipeline_tag: ").Append(card.Method.PipelineTag).Append('\n');
        if (card.Method.Tags.Concat(card.Tags).Distinct().ToArray() is { Length: > 0 } tags) AppendList(text, "tags", tags);
        text.Append("---\n");
    }

    private static void AppendList(StringBuilder text, string key, IEnumerable<string> values)
    {
        text.Append(key).Append(":\n");
        foreach (string value in values) text.Append("- ").Append(Scalar(value)).Append('\n');
    }

    private static void AppendTraining(StringBuilder text, IReadOnlyList<KeyValuePair<string, string>> facts)
    {
        if (facts.Count == 0) return;
        text.Append("\n## Training\n\n| | |\n|---|---|\n");
        foreach ((string name, string value) in facts) text.Append("| ").Append(Line(name)).Append(" | ").Append(Line(value))
            .Append(" |\n");
    }

    private static void AppendResults(StringBuilder text, ReportTable? table)
    {
        if (table is null || table.Rows.Count == 0) return;
        text.Append("\n## Results\n\n");
        if (table.Note.Length > 0) text.Append(Line(table.Note)).Append("\n\n");
        text.Append("| |").Append(string.Concat(table.Columns.Select(column => $" {Line(column.Name)} |"))).Append("\n|---|");
        text.Append(string.Concat(Enumerable.Repeat("---:|", table.Columns.Count))).Append('\n');
        foreach (ReportRow row in table.Rows)
        {
            text.Append("| ").Append(Line(row.Name)).Append(row.IsControl ? " (control) |" : " |");
            for (int i = 0; i < table.Columns.Count; i++)
                text.Append(' ').Append(Cell(i < row.Cells.Count ? row.Cells[i] : Estimate.None, table.Columns[i].Style)).Append(" |");
            text.Append('\n');
        }
        text.Append("\nIn brackets: 95 % intervals.\n");
    }

    private static string Cell(Estimate value, NumberStyle style)
    {
        string number = NumberText.Format(value, style);
        return value.HasInterval ? $"{number} ({NumberText.Range(value, style)})" : number;
    }

    private static string ShownBase(string model) => HubId().IsMatch(model)
        ? model
        : model.TrimEnd('/', '\\').Split('/', '\\')[^1] is { Length: > 0 } name ? name : "A language model";

    /// <summary>Plain where YAML reads the word as a string, otherwise as a JSON string, which is YAML too.</summary>
    private static string Scalar(string value) => PlainWord().IsMatch(value)
        && value.ToLowerInvariant() is not ("no" or "yes" or "on" or "off" or "true" or "false" or "null" or "y" or "n")
        ? value
        : JsonSerializer.Serialize(value);

    /// <summary>
    /// One line of Markdown text in which nothing is markup: what Markdown or HTML would act on is escaped, breaks become blanks.
    /// </summary>
    private static string Line(string value)
    {
        StringBuilder text = new(value.Length);
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune.Value is >= 0x2028 and <= 0x202E or >= 0x2066 and <= 0x2069) text.Append(' ');
            else if (rune.Value == '<') text.Append("&lt;");
            else if (rune.Value == '&') text.Append("&amp;");
            else if (rune.IsAscii && "\\`*[]|#~".Contains((char)rune.Value)) text.Append('\\').Append(rune);
            else text.Append(rune);
        }
        return text.ToString().Trim();
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\z")]
    private static partial Regex HubId();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._/-]*\z")]
    private static partial Regex PlainWord();
}
