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
    public void A_row_that_is_not_there_is_told() =>
        CommandLine.Run("inspect-tokens", "--model", TinyModel.Write(_folder, "model", 1), "--input", Input(), "--row", "9").FailedWith(1, "no row 9");

    private string Input() => _folder.Lines("in.jsonl", """{"prompt": "x", "chosen": "y", "rejected": "z"}""", "", """{"prompt": "ab", "chosen": "c", "rejected": "def"}""");
}
