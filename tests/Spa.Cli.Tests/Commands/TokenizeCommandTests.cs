using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class TokenizeCommandTests
{
    private static readonly string[] s_tokenizers = ["llama2", "qwen3", "tiny-bytelevel", "tiny-cl100k", "tiny-digits", "tiny-metaspace"];

    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Every_golden_text_has_the_golden_ids([ValueSource(nameof(s_tokenizers))] string name, [Values] bool special)
    {
        string folder = Fixtures.Require($"fixtures/tokenizers/{name}");
        string[] args = ["tokenize", "--tokenizer", folder, "--input", Path.Combine(folder, "goldens.jsonl"), "--output", _folder.In("ids.jsonl")];
        CommandLine.Run(special ? [.. args, "--add-special-tokens"] : args).Succeeded();
        Compare(Path.Combine(folder, "goldens.jsonl"), special ? "ids_special" : "ids", "ids.jsonl", "ids");
    }

    [Test]
    public void Every_golden_id_list_has_the_golden_text([ValueSource(nameof(s_tokenizers))] string name, [Values("goldens.jsonl", "decode.jsonl")] string file, [Values] bool skip)
    {
        string folder = Fixtures.Require($"fixtures/tokenizers/{name}");
        string[] args = ["tokenize", "--decode", "--tokenizer", folder, "--input", Path.Combine(folder, file), "--output", _folder.In("text.jsonl")];
        CommandLine.Run(skip ? [.. args, "--skip-special-tokens"] : args).Succeeded();
        Compare(Path.Combine(folder, file), skip ? "decoded_skip" : "decoded", "text.jsonl", "text");
    }

    [Test]
    public void Without_output_rows_go_to_stdout()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"text": "ab", "id": 7}""", """{"text": "<s>"}""");
        Assert.That(CommandLine.Run("tokenize", "--tokenizer", model, "--input", input).Succeeded().Out, Is.EqualTo("{\"ids\":[97,98]}\n{\"ids\":[256]}\n"));
    }

    [Test]
    public void The_tokenizers_file_stands_for_its_folder()
    {
        string model = TinyModel.Write(_folder, "model", 1), input = _folder.Lines("in.jsonl", """{"text": "ab"}""");
        Assert.That(CommandLine.Run("tokenize", "--tokenizer", Path.Combine(model, "tokenizer.json"), "--input", input).Succeeded().Out, Is.EqualTo("{\"ids\":[97,98]}\n"));
        CommandLine.Run("tokenize", "--tokenizer", _folder.In("nowhere"), "--input", input).FailedWith(1, "tokenizer '", "nowhere' does not exist", "tokenizer.json");
    }

    [Test]
    public void The_first_bad_row_is_named_with_its_line_and_nothing_is_written()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"text": "a"}""", """{"txt": "b"}""", """{"text": 3}""");
        CommandLine.Run("tokenize", "--tokenizer", model, "--input", input, "--output", _folder.In("out.jsonl")).FailedWith(1, "in.jsonl:2", "'text'");
        Assert.That(Directory.GetFiles(_folder.Root).Select(Path.GetFileName), Is.EqualTo(new[] { "in.jsonl" }));
    }

    [Test]
    public void Rows_keep_their_order_on_many_threads()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", Enumerable.Range(0, 3000).Select(i => $$"""{"text": "{{i}}"}"""));
        CommandLine.Run("tokenize", "--threads", "4", "--tokenizer", model, "--input", input, "--output", _folder.In("ids.jsonl")).Succeeded();
        CommandLine.Run("tokenize", "--decode", "--tokenizer", model, "--input", _folder.In("ids.jsonl"), "--output", _folder.In("out.jsonl")).Succeeded();
        Assert.That(_folder.Rows("out.jsonl").Select(row => row["text"]!.ToString()), Is.EqualTo(Enumerable.Range(0, 3000).Select(i => $"{i}")));
    }

    private void Compare(string goldens, string expected, string results, string found)
    {
        JsonNode?[] golden = [.. File.ReadLines(goldens).Select(line => JsonNode.Parse(line)![expected])];
        JsonNode?[] result = [.. _folder.Rows(results).Select(row => row[found])];
        Assert.That(result, Has.Length.EqualTo(golden.Length));
        int[] wrong = [.. Enumerable.Range(0, golden.Length).Where(i => !JsonNode.DeepEquals(golden[i], result[i]))];
        Assert.That(wrong, Is.Empty, "rows that differ");
    }
}
