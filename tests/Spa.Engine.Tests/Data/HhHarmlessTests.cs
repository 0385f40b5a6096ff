using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Data;

/// <summary>The hh-rlhf fixtures: every faulty row is diagnosed exactly, every sound row is read as its README says.</summary>
internal sealed class HhHarmlessTests
{
    [Test]
    public void Every_bad_row_gets_exactly_its_diagnoses()
    {
        foreach (SourceRow row in RowReader.Read(Fixtures.Require("data/hh-harmless/bad-rows.jsonl")))
        {
            string[] expected = [.. row.Json["diagnosis"]!.AsArray().Select(code => code!.GetValue<string>())];
            IEnumerable<string> found = Rows.DiagnosePreference(row).Select(fault => fault.Diagnosis.Code());
            Assert.That(found, Is.EquivalentTo(expected), row.Location.ToString());
        }
    }

    [Test]
    public void The_raw_file_gives_what_its_expectations_say()
    {
        string path = Fixtures.Require("data/hh-harmless/raw/test.jsonl.gz");
        JsonObject expected = JsonNode.Parse(File.ReadAllText(Fixtures.Require("data/hh-harmless/raw/expected.json")))!.AsObject();
        RowReport report = new();
        List<PreferenceRow> rows = [.. Rows.ReadPreferences(path, report, BadRows.Skip)];

        Assert.That(report.Rows, Is.EqualTo(expected["rows"]!.GetValue<int>()));
        Assert.That(rows, Has.Count.EqualTo(expected["sound_rows"]!.GetValue<int>()));
        Dictionary<string, int> lengths = rows.GroupBy(row => row.Prompt.Messages!.Count + 1).ToDictionary(g => $"{g.Key}", g => g.Count());
        Assert.That(lengths, Is.EquivalentTo(expected["messages_per_sound_row"]!.AsObject().ToDictionary(p => p.Key, p => p.Value!.GetValue<int>())));

        Dictionary<string, long[]> faulty = report.Faults.GroupBy(fault => fault.Diagnosis.Code()).ToDictionary(g => g.Key, g => g.Select(f => f.Location.Number - 1).ToArray());
        JsonObject byCode = expected["rejected_lines_by_code"]!.AsObject();
        Assert.That(faulty.Keys, Is.EquivalentTo(byCode.Select(p => p.Key)));
        foreach ((string code, JsonNode? lines) in byCode) Assert.That(faulty[code], Is.EqualTo(lines!.AsArray().Select(n => n!.GetValue<long>())), code);
        foreach ((string code, JsonNode? lines) in byCode) Assert.That(report.ToJson()["skipped"]![code]!.GetValue<long>(), Is.EqualTo(lines!.AsArray().Count), code);
    }

    [Test]
    public void Repeated_prompts_are_warned_of_with_their_first_line()
    {
        string path = Fixtures.Require("data/hh-harmless/raw/test.jsonl.gz");
        JsonObject expected = JsonNode.Parse(File.ReadAllText(Fixtures.Require("data/hh-harmless/raw/expected.json")))!["duplicate_prompt_lines"]!.AsObject();
        RowReport report = new();
        _ = Rows.ReadPreferences(path, report, BadRows.Skip).Count();
        Assert.That(
            report.Warnings.Select(w => $"{w.Diagnosis.Code()} {w.Location.Number - 1} {w.Detail}"),
            Is.EquivalentTo(expected.Select(p => $"duplicate_prompt {p.Key} first at {path}:{p.Value!.GetValue<int>() + 1}")));

        foreach (SourceRow row in RowReader.Read(Fixtures.Require("data/hh-harmless/bad-rows.jsonl")).Where(row => row.Json.ContainsKey("warning")))
        {
            RowFault warning = report.Warnings.Single(w => w.Location.Number - 1 == row.Json["raw_line"]!.GetValue<int>());
            long first = expected[$"{warning.Location.Number - 1}"]!.GetValue<int>();
            Assert.That(row.Json["warning"]!.GetValue<string>(), Is.EqualTo($"{warning.Diagnosis.Code()} of raw line {first}"));
        }
    }

    [Test]
    public void Every_sound_transcript_is_rebuilt_byte_for_byte()
    {
        foreach (PreferenceRow row in Rows.ReadPreferences(Fixtures.Require("data/hh-harmless/raw/test.jsonl.gz"), new RowReport(), BadRows.Skip))
        {
            Assert.That(Join(row.Prompt, row.Chosen), Is.EqualTo(row.Source["chosen"]!.GetValue<string>()), row.Location.ToString());
            Assert.That(Join(row.Prompt, row.Rejected), Is.EqualTo(row.Source["rejected"]!.GetValue<string>()), row.Location.ToString());
        }
    }

    [TestCase("seed.jsonl", 500)]
    [TestCase("eval.jsonl", 200)]
    public void Every_conversational_pair_is_sound(string name, int count)
    {
        RowReport report = new();
        Assert.That(Rows.ReadPreferences(Fixtures.Require($"data/hh-harmless/{name}"), report).Count(), Is.EqualTo(count));
        Assert.That(report.Lines().Single(), Does.StartWith($"{count} of {count} rows usable; read as preference pairs with an explicit prompt, as messages"));
    }

    [Test]
    public void Every_prompt_is_sound()
    {
        RowReport report = new();
        Assert.That(Rows.ReadPrompts(Fixtures.Require("data/hh-harmless/prompts.jsonl"), report).Count(), Is.EqualTo(1000));
        Assert.That(report.WarnedBy, Is.Empty);
    }

    private static string Join(RowContent prompt, RowContent answer) =>
        string.Concat(prompt.Messages!.Concat(answer.Messages!).Select(m => $"\n\n{(m.Role == Message.User ? "Human" : "Assistant")}: {m.Content}"));
}
