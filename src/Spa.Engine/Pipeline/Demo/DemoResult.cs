using System.Text.Json.Nodes;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>What a demo ends with. Its JSON is also <c>gold.json</c> in the run folder, from which the report shows table and answers.</summary>
public sealed record DemoResult
{
    /// <summary>Where all files are.</summary>
    public required string Folder { get; init; }

    /// <summary>The page to open.</summary>
    public required string Report { get; init; }

    /// <summary>Seed of the run.</summary>
    public required uint Seed { get; init; }

    /// <summary>Held-out prompts.</summary>
    public required int Prompts { get; init; }

    /// <summary>SFT, the stages of the loop, then controls.</summary>
    public required IReadOnlyList<DemoScore> Scores { get; init; }

    /// <summary>A few prompts with answers before and after.</summary>
    public required IReadOnlyList<SamplePrompt> Samples { get; init; }

    /// <summary>What may be concluded from this run.</summary>
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>The end of the demo for a terminal.</summary>
    public string ToText() => DemoText.Render(this);

    /// <summary>The same for programs.</summary>
    public JsonObject ToJson() => new()
    {
        ["folder"] = Folder,
        ["report"] = Report,
        ["seed"] = Seed,
        ["prompts"] = Prompts,
        ["models"] = new JsonArray([.. Scores.Select(s => s.ToJson())]),
        ["samples"] = new JsonArray([.. Samples.Select(s => new JsonObject
        {
            ["prompt"] = s.Prompt,
            ["answers"] = new JsonArray([.. s.Answers.Select(a => new JsonObject { ["model"] = a.Model, ["text"] = a.Text, ["score"] = a.Score, ["cut"] = a.IsCut })]),
        })]),
        ["findings"] = new JsonArray([.. Findings.Select(f => (JsonNode)f)]),
    };
}
