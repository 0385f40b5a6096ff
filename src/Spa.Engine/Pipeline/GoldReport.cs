using System.Text.Json.Nodes;
using Spa.Engine.Formats;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline;

/// <summary>
/// gold.json of a run folder: how the run's models and controls do where the right preference is known. A run without such a rule has no
/// such file.
/// </summary>
internal sealed class GoldReport
{
    private readonly JsonObject _json;

    private GoldReport(JsonObject json) => _json = json;

    /// <summary>Reads a run's file, or null.</summary>
    public static GoldReport? Read(RunFolder folder) => File.Exists(folder.Gold) ? new GoldReport(JsonFiles.ReadObject(folder.Gold)) : null;

    public IReadOnlyList<string> Findings => [.. _json["findings"]!.AsArray().Select(f => f!.GetValue<string>())];

    /// <summary>The last stage of the loop against its first.</summary>
    public IReadOnlyList<SummaryFigure> Summary
    {
        get
        {
            JsonNode[] stages = [.. _json["models"]!.AsArray().Where(m => !m!["control"]!.GetValue<bool>()).Select(m => m!)];
            Estimate Of(JsonNode model, string measure) => RunReportBuilder.ToEstimate(model[measure]);
            string name = stages[^1]["name"]!.GetValue<string>(), first = stages[0]["name"]!.GetValue<string>();
            return
            [
                new($"Mean gold, {name}", Of(stages[^1], "gold"), NumberStyle.Number, $"{first} {Of(stages[0], "gold").Value:F2}"),
                new("Wins against SFT", Of(stages[^1], "win"), NumberStyle.Percent, name),
            ];
        }
    }

    public IReadOnlyList<SamplePrompt> Samples => [.. _json["samples"]!.AsArray().Select(s => new SamplePrompt(s!["prompt"]!.GetValue<string>(),
        [.. s["answers"]!.AsArray().Select(a =>
            new SampleAnswer(a!["model"]!.GetValue<string>(), a["text"]!.GetValue<string>(), a["score"]!.GetValue<string>(), a["cut"]!.GetValue<bool>()))]))];

    public ReportTable Table()
    {
        (string Key, ReportColumn Column)[] columns =
        [
            ("gold", new("Mean gold", Plot: true)),
            ("win", new("Wins against SFT", NumberStyle.Percent, Plot: true, Reference: 0.5, ReferenceLabel: "even")),
            ("judge", new("Judge right", NumberStyle.Percent)),
            ("labels", new("Labels right", NumberStyle.Percent)),
            ("length", new("Tokens")),
            ("answered", new("Answered", NumberStyle.Percent)),
            ("fillers", new("Sentences off topic")),
        ];
        ReportRow[] rows = [.. _json["models"]!.AsArray().Select(m => new ReportRow(m!["name"]!.GetValue<string>(),
            [.. columns.Select(c => RunReportBuilder.ToEstimate(m[c.Key]))], m["control"]!.GetValue<bool>()))];
        return new ReportTable("Gold score on held-out prompts", [.. columns.Select(c => c.Column)], rows,
            $"One sampled answer to each of {_json["prompts"]} held-out prompts. Wins: against a fixed answer of the SFT model, ties half. "
            + "Judge: the implicit reward picks the better of two SFT answers. Labels: the same on the pairs that a stage was trained on. "
            + "95 % intervals are over prompts, for this one run.");
    }
}
