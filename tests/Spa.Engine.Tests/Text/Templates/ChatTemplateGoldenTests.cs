using System.Text.Json.Nodes;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Templates;

/// <summary>Every golden of the reference implementation: whole conversations, and single expressions and statements.</summary>
[TestFixture]
public class ChatTemplateGoldenTests
{
    private static readonly string[] s_results = ["template", "name", "expected", "error", "error_kind", "generation_spans"];
    private static readonly string[] s_arguments = ["messages", "add_generation_prompt", "tools", "documents"];

    [Test]
    public void Every_conversation_renders_as_the_reference_renders_it()
    {
        Dictionary<string, ChatTemplate> templates = [];
        List<string> mismatches = [];
        foreach (JsonObject row in TemplateFixtures.Rows("cases.jsonl"))
        {
            string name = row["template"]!.GetValue<string>();
            if (!templates.TryGetValue(name, out ChatTemplate? template)) templates.Add(name, template = TemplateFixtures.Load(name));
            string? mismatch = TemplateFixtures.Mismatch(row, () => Render(template, row));
            if (mismatch is not null) mismatches.Add($"{name} {row["name"]}: {mismatch}");
        }

        Assert.That(mismatches, Is.Empty, () => $"{mismatches.Count} differ, the first:\n{string.Join("\n", mismatches.Take(5))}");
    }

    [Test]
    public void Every_expression_and_statement_renders_as_the_reference_renders_it()
    {
        List<string> mismatches = [];
        foreach (JsonObject row in TemplateFixtures.Rows("jinja.jsonl"))
        {
            string source = row["template"]!.GetValue<string>();
            string? mismatch = TemplateFixtures.Mismatch(
                row, () => ChatTemplate.Parse(source, "row").Render(row["context"]!.AsObject(), TemplateFixtures.Options));
            if (mismatch is not null) mismatches.Add($"{row["group"]} {source}: {mismatch}");
        }

        Assert.That(mismatches, Is.Empty, () => $"{mismatches.Count} differ, the first:\n{string.Join("\n", mismatches.Take(10))}");
    }

    private static RenderResult Render(ChatTemplate template, JsonObject row)
    {
        Dictionary<string, object?> variables = row.Where(pair => !s_results.Contains(pair.Key) && !s_arguments.Contains(pair.Key)).ToDictionary(pair => pair.Key, object? (pair) => pair.Value);
        return template.RenderChat(
            row["messages"]!.AsArray(), row["add_generation_prompt"]?.GetValue<bool>() ?? false, row["tools"]?.AsArray(), row["documents"]?.AsArray(), variables, TemplateFixtures.Options);
    }
}
