using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class RenderCommandTests
{
    private const string Now = "2025-03-07T09:05:03";

    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Every_golden_conversation_renders_as_recorded()
    {
        string fixtures = Fixtures.Require("fixtures/chat-templates");
        IEnumerable<IGrouping<string, string>> byTemplate = File.ReadLines(Path.Combine(fixtures, "cases.jsonl"))
            .GroupBy(line => JsonNode.Parse(line)!["template"]!.ToString()).Where(group => group.Key.EndsWith(".jinja", StringComparison.Ordinal));
        List<string> wrong = [];
        foreach (IGrouping<string, string> group in byTemplate)
        {
            string input = _folder.Lines("in.jsonl", group.Select(WithoutResults));
            CommandLine.Run("render", "--template", Path.Combine(fixtures, group.Key), "--input", input, "--output", _folder.In("out.jsonl"), "--now", Now).Succeeded();
            wrong.AddRange(Wrong(group, _folder.Rows("out.jsonl")).Select(i => $"{group.Key} {i}"));
        }

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Every_golden_expression_renders_as_recorded()
    {
        string[] cases = [.. File.ReadLines(Fixtures.Require("fixtures/chat-templates/jinja.jsonl"))];
        string input = _folder.Lines("in.jsonl", cases.Select(WithoutResults));
        CommandLine.Run("render", "--input", input, "--output", _folder.In("out.jsonl"), "--now", Now).Succeeded();
        Assert.That(Wrong(cases, _folder.Rows("out.jsonl")), Is.Empty);
    }

    [Test]
    public void A_tokenizer_brings_template_and_special_tokens()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"messages": [{"role": "user", "content": "hi"}], "add_generation_prompt": true}""");
        CliResult result = CommandLine.Run("render", "--tokenizer", model, "--input", input).Succeeded();
        Assert.That(result.Json["text"]!.ToString(), Is.EqualTo("<s><|u|>user\nhi</s>\n<|u|>assistant\n"));
    }

    [Test]
    public void Rows_with_tools_take_the_tokenizers_template_for_tools()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        File.Delete(Path.Combine(model, "chat_template.jinja"));
        string path = Path.Combine(model, "tokenizer_config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["chat_template"] = JsonNode.Parse("""[{"name":"default","template":"plain"},{"name":"tool_use","template":"{{ tools | length }} tools"}]""");
        File.WriteAllText(path, config.ToJsonString());
        string input = _folder.Lines("in.jsonl", """{"messages": [], "tools": [{}]}""", """{"messages": []}""");
        CommandLine.Run("render", "--tokenizer", model, "--input", input, "--output", _folder.In("out.jsonl")).Succeeded();
        Assert.That(_folder.Rows("out.jsonl").Select(row => row["text"]!.ToString()), Is.EqualTo((string[])["1 tools", "plain"]));
    }

    [Test]
    public void What_a_template_raises_comes_through_word_for_word()
    {
        string template = _folder.Text("t.jinja", "{{ raise_exception('roles must alternate') }}");
        string input = _folder.Lines("in.jsonl", """{"messages": []}""");
        Assert.That(CommandLine.Run("render", "--template", template, "--input", input).Succeeded().Out, Is.EqualTo("{\"error\":\"roles must alternate\"}\n"));
    }

    [Test]
    public void A_template_that_is_none_fails_at_once()
    {
        string template = _folder.Text("t.jinja", "a\n{% if %}");
        string input = _folder.Lines("in.jsonl", """{"messages": []}""");
        CommandLine.Run("render", "--template", template, "--input", input).FailedWith(1, "t.jinja", "line 2");
    }

    [Test]
    public void A_row_of_no_known_form_is_named()
    {
        string template = _folder.Text("t.jinja", "a");
        CommandLine.Run("render", "--template", template, "--input", _folder.Lines("a.jsonl", """{"message": 1}""")).FailedWith(1, "a.jsonl:1", "messages");
        CommandLine.Run("render", "--input", _folder.Lines("b.jsonl", """{"context": {}}""")).FailedWith(1, "b.jsonl:1", "template");
    }

    [Test]
    public void A_folder_is_no_template() => CommandLine.Run("render", "--template", _folder.Root, "--input", _folder.Lines("a.jsonl", "{}")).FailedWith(1, "is a folder", "--tokenizer");

    [Test]
    public void Two_templates_are_wrong_usage() => CommandLine.Run("render", "--template", "a", "--tokenizer", "b", "--input", "c").FailedWith(2, "--template");

    private static string WithoutResults(string line)
    {
        JsonObject row = JsonNode.Parse(line)!.AsObject();
        foreach (string key in new[] { "expected", "error", "error_kind", "generation_spans", "name", "group" }) row.Remove(key);
        if (row.ContainsKey("messages")) row.Remove("template");
        return row.ToJsonString();
    }

    private static IEnumerable<int> Wrong(IEnumerable<string> cases, JsonObject[] results) =>
        cases.Select((line, i) => (Golden: JsonNode.Parse(line)!, Result: results[i], Index: i)).Where(c => !Matches(c.Golden, c.Result)).Select(c => c.Index);

    // A message that the template raises must be the same; for other errors only the fact counts.
    private static bool Matches(JsonNode golden, JsonObject result) => golden["expected"] is { } text
        ? result["text"]?.ToString() == text.ToString()
        : result["error"] is { } error && (golden["error_kind"]!.ToString() != "raise_exception" || error.ToString() == golden["error"]!.ToString());
}
