using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests;

/// <summary>What users do wrong: each ends in one line that names the place, before anything expensive begins.</summary>
internal sealed class MistakeTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void A_missing_model() => Score(_folder.In("none"), """{"text": "ab"}""").FailedWith(1, "none", "does not exist");

    [Test]
    public void A_missing_input()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        CommandLine.Run("score", "--model", model, "--input", _folder.In("none.jsonl")).FailedWith(1, "none.jsonl");
    }

    [Test]
    public void Truncated_weights()
    {
        string model = TinyModel.Write(_folder, "model", 1), weights = Path.Combine(model, "model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^100]);
        Score(model, """{"text": "ab"}""").FailedWith(1, "model.safetensors");
    }

    [Test]
    public void Weights_of_a_wrong_shape()
    {
        string model = TinyModel.Write(_folder, "model", 1, config => config["intermediate_size"] = 96);
        Score(model, """{"text": "ab"}""").FailedWith(1, "must have shape");
    }

    [Test]
    public void Not_a_number_in_the_weights()
    {
        string model = TinyModel.Write(_folder, "model", 1), weights = Path.Combine(model, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 8), float.NaN);
        File.WriteAllBytes(weights, bytes);
        Score(model, """{"text": "ab"}""").FailedWith(1, "NaN", "row");
    }

    [Test]
    public void An_unknown_architecture()
    {
        string model = TinyModel.Write(_folder, "model", 1, config => config["model_type"] = "mamba");
        Score(model, """{"text": "ab"}""").FailedWith(1, "mamba");
    }

    [Test]
    public void A_tokenizer_that_does_not_fit()
    {
        string model = FixtureModels.Policy("llama"), tokenizer = Fixtures.Require("fixtures/tokenizers/qwen3");
        string input = _folder.Lines("in.jsonl", """{"text": "ab"}""");
        CommandLine.Run("score", "--model", model, "--tokenizer", tokenizer, "--input", input).FailedWith(1, "do not belong together");
    }

    [Test]
    public void Text_for_a_model_without_a_tokenizer() => Score(FixtureModels.Policy("llama"), """{"text": "ab"}""").FailedWith(1, "tokenizer.json", "--tokenizer");

    [Test]
    public void An_id_outside_the_vocabulary() =>
        Score(TinyModel.Write(_folder, "model", 1), """{"prompt_ids": [1], "response_ids": [260]}""").FailedWith(1, "in.jsonl:1", "260");

    [Test]
    public void Rows_without_fields() => Score(TinyModel.Write(_folder, "model", 1), """{"text": "ab"}""", """{"txt": "ab"}""").FailedWith(1, "in.jsonl:2");

    [Test]
    public void Rows_that_are_no_json() => Score(TinyModel.Write(_folder, "model", 1), """{"text": "ab"}""", "{nonsense").FailedWith(1, "in.jsonl:2");

    [Test]
    public void An_empty_file() => Score(TinyModel.Write(_folder, "model", 1)).FailedWith(1, "in.jsonl");

    [Test]
    public void An_empty_response() => Score(TinyModel.Write(_folder, "model", 1), """{"prompt": "a", "response": ""}""").FailedWith(1, "in.jsonl:1");

    [Test]
    public void A_prompt_longer_than_the_context()
    {
        string model = TinyModel.Write(_folder, "model", 1), input = _folder.Lines("in.jsonl", """{"prompt": "a"}""", $$"""{"prompt": "{{new string('a', TinyModel.Context)}}"}""");
        CommandLine.Run("generate", "--model", model, "--input", input, "--output", _folder.In("out.jsonl")).FailedWith(1, "in.jsonl:2", $"{TinyModel.Context} tokens");
    }

    [Test]
    public void A_row_longer_than_the_context() =>
        Score(TinyModel.Write(_folder, "model", 1), $$"""{"prompt": "a", "response": "{{new string('a', TinyModel.Context)}}"}""").FailedWith(1, "in.jsonl:1", "--max-length");

    [Test]
    public void An_output_that_is_a_folder()
    {
        string model = TinyModel.Write(_folder, "model", 1), input = _folder.Lines("in.jsonl", """{"prompt": "a"}""");
        CommandLine.Run("generate", "--model", model, "--input", input, "--output", _folder.Root).FailedWith(1, "it is a folder");
    }

    [Test]
    public void An_output_folder_that_cannot_be_written()
    {
        string model = TinyModel.Write(_folder, "model", 1), input = _folder.Lines("in.jsonl", """{"prompt": "a"}""");
        string file = _folder.Text("file", "");
        CommandLine.Run("generate", "--model", model, "--input", input, "--output", $"{file}/out.jsonl").FailedWith(1, "out.jsonl");
        CommandLine.Run("tokenize", "--tokenizer", model, "--input", input, "--output", $"{file}/out.jsonl").FailedWith(1, "out.jsonl");
    }

    [Test]
    public void Messages_for_a_model_without_a_chat_template()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        File.Delete(Path.Combine(model, "chat_template.jinja"));
        Score(model, """{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}""").FailedWith(1, "chat template");
    }

    [Test]
    public void A_reference_with_another_vocabulary()
    {
        string model = TinyModel.Write(_folder, "model", 1), input = _folder.Lines("in.jsonl", """{"prompt_ids": [1], "response_ids": [2]}""");
        CommandLine.Run("score", "--model", model, "--reference", FixtureModels.Policy("llama"), "--input", input).FailedWith(1, "vocabulary");
    }

    private CliResult Score(string model, params string[] rows) => CommandLine.Run("score", "--model", model, "--input", _folder.Lines("in.jsonl", rows));
}
