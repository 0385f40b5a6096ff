using System.Text.Json.Nodes;
using Spa.Cli.Terminal;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class InspectTokensCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Prompt_scored_and_cut_tokens_are_told_apart()
    {
        string[] args = ["inspect-tokens", "--model", TinyModel.Write(_folder, "model", 1), "--input", Input(), "--row", "1", "--max-length", "5"];
        string text = CommandLine.Run(args).Succeeded().Out;
        Assert.That(text, Does.Contain("chosen: 4 tokens, 2 scored, 0 cut, complete").And.Contain("rejected: 6 tokens, 3 scored, 1 cut, without an end"));
        Assert.That(text, Does.Contain("  prompt ab\n  scored c</s>\n"));
        Assert.That(text, Does.StartWith($"{Input()}:3: preference pairs with an explicit prompt, as plain text {{prompt, chosen, rejected}}\n"));
        JsonArray views = JsonNode.Parse(CommandLine.Run([.. args, "--json"]).Succeeded().Out)!.AsArray();
        Assert.That(views[1]!["tokens"]!.AsArray().Select(token => token!["role"]!.ToString()), Is.EqualTo(new[] { "prompt", "prompt", "scored", "scored", "scored", "cut" }));
    }

    [Test]
    public void In_a_terminal_roles_have_colours_and_control_characters_none()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "a\u001b[31m", "response": "b"}""");
        using StringWriter output = new();
        CliConsole console = new() { In = TextReader.Null, Out = output, Error = TextWriter.Null, OutHasColour = true };
        Assert.That(Application.Run(["inspect-tokens", "--model", TinyModel.Write(_folder, "model", 1), "--input", input], console, CancellationToken.None), Is.Zero);
        Assert.That(output.ToString(), Does.Contain("\u001b[2ma\\x1b[31m\u001b[0m").And.Contain("\u001b[1;32mb</s>\u001b[0m"));
    }

    [Test]
    public void Without_colours_control_characters_are_shown_too()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "a\u001b[31m\nb\r", "response": "c"}""");
        Assert.That(Inspect(input), Does.Contain("  prompt a\\x1b[31m\\nb\\x0d\n").And.Not.Contain("\u001b"));
    }

    [Test]
    public void A_row_that_is_not_there_is_told() =>
        CommandLine.Run("inspect-tokens", "--model", TinyModel.Write(_folder, "model", 1), "--input", Input(), "--row", "9").FailedWith(1, "no row 9", "the last of its 2 rows is 1");

    [Test]
    public void Other_rows_of_the_file_may_be_anything()
    {
        string input = _folder.Lines("in.jsonl", """{"nothing": 1}""", """{"prompt": "ab", "chosen": "", "rejected": "c"}""", """{"prompt": "ab", "completion": "c", "label": true}""");
        Assert.That(Inspect(input, "--row", "2"), Does.Contain("  prompt ab\n  scored c</s>\n"));
        Run(input, "--row", "1").FailedWith(1, "in.jsonl:2: empty_answer_chosen");
        Run(input).FailedWith(1, "in.jsonl:1: missing_field", "'prompt'");
    }

    // TRL's defaults, its two options, and what spa score looks at.
    [TestCase("auto", "u|>user\\nq</s>\\n<|u|>assistant\\na</s>\\n<|u|>user\\nr</s>\\n<|u|>assistant\\nb</s>\\n")]
    [TestCase("all", "u|>user\\nq</s>\\n<|u|>assistant\\na</s>\\n<|u|>user\\nr</s>\\n<|u|>assistant\\nb</s>\\n")]
    [TestCase("assistant", "a</s> b</s>")]
    [TestCase("last", "b</s>")]
    public void Of_a_conversation_the_turns_that_training_scores_are_shown(string turns, string scored)
    {
        string input = _folder.Lines("in.jsonl",
            """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}, {"role": "user", "content": "r"}, {"role": "assistant", "content": "b"}]}""");
        string text = Inspect(input, "--turns", turns);
        string[] runs = [.. text.Split('\n').Where(line => line.StartsWith("  scored ", StringComparison.Ordinal)).Select(line => line["  scored ".Length..])];
        Assert.That(string.Join(' ', runs), Does.EndWith(scored));
        Assert.That(text.Contains("unless assistant_only_loss is true"), Is.EqualTo(turns == "auto"));
    }

    [Test]
    public void A_completion_is_scored_and_with_all_its_prompt_too()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "ab", "completion": "c"}""");
        Assert.That(Inspect(input), Does.Contain("response: 4 tokens, 2 scored, 0 cut, complete"));
        Assert.That(Inspect(input, "--turns", "all"), Does.Contain("response: 4 tokens, 3 scored, 0 cut, complete\n  prompt a\n  scored bc</s>\n"));
    }

    [Test]
    public void A_prompt_alone_ends_where_the_model_goes_on()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": [{"role": "user", "content": "q"}]}""", """{"messages": [{"role": "user", "content": "q"}], "extra": 1}""", """{"prompt": "abcdef"}""");
        for (int row = 0; row < 2; row++)
            Assert.That(Inspect(input, "--row", $"{row}"), Does.Contain("for the model to go on with\n  prompt ").And.Contain("<|u|>user\\nq</s>\\n<|u|>assistant\\n\n"));
        Assert.That(Inspect(input, "--row", "2", "--max-prompt-length", "2"), Does.Contain("prompt: 6 tokens, 0 scored, 4 cut").And.Contain("  cut    abcd\n  prompt ef\n"));
    }

    [Test]
    public void Responses_of_a_prompt_are_shown_one_by_one()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "ab", "responses": [{"ids": [99, 257], "finish_reason": "stop"}, {"text": "cd", "finish_reason": "length"}]}""",
            """{"prompt": "ab", "responses": [1]}""");
        Assert.That(Inspect(input), Does.Contain("responses[0]: 4 tokens, 2 scored, 0 cut, complete\n  prompt ab\n  scored c</s>\nresponses[1]: 4 tokens, 2 scored, 0 cut, without an end\n  prompt ab\n  scored cd\n"));
        Run(input, "--row", "1").FailedWith(1, "in.jsonl:2", "'ids' or 'text'");
    }

    [TestCase("keep_start", "6", "response: 10 tokens, 2 scored, 4 cut, without an end\n  prompt abcd\n  scored ef\n  cut    ghi</s>\n")]
    [TestCase("keep_end", "8", "response: 10 tokens, 6 scored, 2 cut, complete\n  cut    ab\n  prompt cd\n  scored efghi</s>\n")]
    [TestCase("keep_end", "4", "response: 10 tokens, 3 scored, 6 cut, without an end\n  cut    abc\n  prompt d\n  scored efg\n  cut    hi</s>\n")]
    [TestCase("keep_start", "4", "response: 10 tokens, 0 scored, 10 cut, left out of training: max_length 4 leaves nothing to score\n  cut    abcdefghi</s>\n")]
    public void What_a_limit_cuts_is_what_training_cuts(string mode, string length, string shown)
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "abcd", "completion": "efghi"}""");
        Assert.That(Inspect(input, "--max-length", length, "--truncation-mode", mode), Does.EndWith(shown));
    }

    // All tokens are alike, so only their places tell which of them were kept.
    [Test]
    public void The_end_of_a_text_of_equal_tokens_is_kept_as_its_end()
    {
        string input = _folder.Lines("in.jsonl", """{"text": "aaaaaa", "finish_reason": "length"}""");
        Assert.That(Inspect(input, "--max-length", "3", "--truncation-mode", "keep_end"), Does.EndWith("  cut    aaa\n  prompt a\n  scored aa\n"));
        Assert.That(Inspect(input, "--max-length", "3"), Does.EndWith("  prompt a\n  scored aa\n  cut    aaa\n"));
    }

    [Test]
    public void Json_has_every_token_with_its_name_text_and_role()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "response": "\u00e9"}""");
        JsonObject view = JsonNode.Parse(Run(input, "--max-length", "3", "--json").Succeeded().Out)!.AsArray().Single()!.AsObject();
        Assert.That(view.Select(field => field.Key), Is.EqualTo(new[] { "name", "location", "read_as", "complete", "left_out", "tokens" }));
        Assert.That((view["name"]!.ToString(), view["location"]!.ToString(), (bool)view["complete"]!, (bool)view["left_out"]!), Is.EqualTo(("response", $"{input}:1", false, false)));
        Assert.That(view["tokens"]!.ToJsonString(), Is.EqualTo(
            """[{"id":97,"token":"a","text":"a","role":"prompt"},{"id":195,"token":"\u00C3","text":"\uFFFD","role":"scored"},{"id":169,"token":"\u00A9","text":"\uFFFD","role":"scored"},{"id":257,"token":"\u003C/s\u003E","text":"\u003C/s\u003E","role":"cut"}]"""));
    }

    [Test]
    public void Ids_that_the_model_has_not_are_named() =>
        Run(_folder.Lines("in.jsonl", """{"prompt_ids": [1], "response_ids": [9999]}""")).FailedWith(1, "in.jsonl:1", "9999");

    [Test]
    public void The_template_reads_tools_variables_and_all_fields_of_a_message()
    {
        string model = TinyModel.Write(_folder, "model", 1), input = _folder.Lines("in.jsonl",
            """{"prompt": [{"role": "user", "content": "q", "name": "n"}], "chosen": [{"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": {"b": 1, "a": null}}}]}], "rejected": [{"role": "assistant", "content": "b", "reasoning_content": "r"}], "tools": "[{\"name\": \"f\"}]", "chat_template_kwargs": {"mode": "m", "bos_token": "!"}}""");
        File.WriteAllText(Path.Combine(model, "chat_template.jinja"),
            "{{ bos_token }}{{ mode }}{{ tools | tojson }}{% for m in messages %}<|u|>{{ m.role }} {{ m.name }}{{ m.reasoning_content }}{{ m.content }}{{ m.tool_calls[0].function | tojson if m.tool_calls }}</s>{% endfor %}"
            + "{% if add_generation_prompt %}<|u|>assistant {% endif %}");
        JsonArray views = JsonNode.Parse(CommandLine.Run("inspect-tokens", "--model", model, "--input", input, "--json").Succeeded().Out)!.AsArray();
        Assert.That(views.Select(view => string.Concat(view!["tokens"]!.AsArray().Select(token => token!["text"]))), Is.EqualTo((string[])[
            """!m[{"name": "f"}]<|u|>user nq</s><|u|>assistant {"name": "f", "arguments": {"b": 1}}</s>""", """!m[{"name": "f"}]<|u|>user nq</s><|u|>assistant rb</s>"""]));
        Assert.That(views[0]!["read_as"]!.ToString(), Does.EndWith("{prompt, chosen, rejected}"));
    }

    // As in TRL, to the letter: the line feed is inside the marks. Earlier answers lose their last letter here, which only marks can follow.
    [Test]
    public void What_the_template_marks_as_generated_is_scored_by_assistant_only_loss()
    {
        string model = TinyModel.Write(_folder, "model", 1), input = _folder.Lines("in.jsonl",
            """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "ab"}, {"role": "user", "content": "r"}, {"role": "assistant", "content": "cd"}]}""");
        string[] args = ["inspect-tokens", "--model", model, "--input", input, "--turns", "assistant"];
        const string Template = "{% for m in messages %}<|u|>{{ m.role }}\n{% if m.role == 'assistant' %}%1{{ m.content if loop.last else m.content[:-1] }}</s>\n%2{% else %}{{ m.content }}</s>\n{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}<|u|>assistant\n{% endif %}";
        File.WriteAllText(Path.Combine(model, "chat_template.jinja"), Template.Replace("%1", "{% generation %}").Replace("%2", "{% endgeneration %}"));
        Assert.That(CommandLine.Run(args).Succeeded().Out, Does.Contain("  scored a</s>\\n\n").And.Contain("  scored cd</s>\\n\n"));
        File.WriteAllText(Path.Combine(model, "chat_template.jinja"), Template.Replace("%1", "").Replace("%2", ""));
        CommandLine.Run(args).FailedWith(1, "in.jsonl:1: the chat template rewrites earlier turns", "{% generation %}");
    }

    [Test]
    public void A_row_that_the_template_refuses_is_named()
    {
        string model = TinyModel.Write(_folder, "model", 1), input = _folder.Lines("in.jsonl", """{"prompt": "a", "completion": "b"}""", """{"prompt": [{"role": "user", "content": "q"}]}""");
        File.WriteAllText(Path.Combine(model, "chat_template.jinja"), "{{ raise_exception('no turns, please') }}");
        CommandLine.Run("inspect-tokens", "--model", model, "--input", input, "--row", "1").FailedWith(1, "in.jsonl:2: the chat template refuses the row: template", "line 1: no turns, please");
    }

    private CliResult Run(string input, params string[] more) =>
        CommandLine.Run(["inspect-tokens", "--model", TinyModel.Write(_folder, "model", 1), "--input", input, .. more]);

    private string Inspect(string input, params string[] more) => Run(input, more).Succeeded().Out;

    private string Input() => _folder.Lines("in.jsonl", """{"prompt": "x", "chosen": "y", "rejected": "z"}""", "", """{"prompt": "ab", "chosen": "c", "rejected": "def"}""");
}
