using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class ConvertCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void A_converted_model_scores_the_same_bits()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"prompt": [{"role": "user", "content": "a"}], "response": [{"role": "assistant", "content": "b"}]}""");
        CommandLine.Run("convert", "--model", model, "--output", _folder.In("copy")).Succeeded();
        string Score(string path) => CommandLine.Run("score", "--model", path, "--input", input, "--token-logps").Succeeded().Out;
        Assert.That(Score(_folder.In("copy")), Is.EqualTo(Score(model)));
    }

    [Test]
    public void Bfloat16_halves_the_matrices_and_is_kept_from_then_on()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        CommandLine.Run("convert", "--model", model, "--output", _folder.In("half"), "--dtype", "bfloat16").Succeeded();
        CommandLine.Run("convert", "--model", _folder.In("half"), "--output", _folder.In("again")).Succeeded();
        long Size(string name) => new FileInfo(Path.Combine(_folder.In(name), "model.safetensors")).Length;
        Assert.That(Size("half"), Is.LessThan(Size("model") * 0.6));
        Assert.That(File.ReadAllBytes(Path.Combine(_folder.In("again"), "model.safetensors")), Is.EqualTo(File.ReadAllBytes(Path.Combine(_folder.In("half"), "model.safetensors"))));
    }

    [Test]
    public void A_model_that_went_through_gguf_scores_the_same_bits()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"prompt": [{"role": "user", "content": "a"}], "response": [{"role": "assistant", "content": "b"}]}""");
        CommandLine.Run("convert", "--model", model, "--output", _folder.In("m.gguf")).Succeeded();
        CommandLine.Run("convert", "--model", _folder.In("m.gguf"), "--output", _folder.In("back")).Succeeded();
        CommandLine.Run("convert", "--model", model, "--format", "gguf", "--output", _folder.In("folder")).Succeeded();
        string Score(string path) => CommandLine.Run("score", "--model", path, "--input", input, "--token-logps").Succeeded().Out;
        foreach (string copy in new[] { "m.gguf", "back", "folder" }) Assert.That(Score(_folder.In(copy)), Is.EqualTo(Score(model)), copy);
    }

    [TestCase("float16", 0.6)]
    [TestCase("bfloat16", 0.6)]
    [TestCase("q8_0", 0.4)]
    public void Gguf_is_written_in_narrow_types(string dtype, double share)
    {
        string model = TinyModel.Write(_folder, "model", 1);
        CliResult result = CommandLine.Run("convert", "--model", model, "--output", _folder.In("m.gguf"), "--dtype", dtype, "--json").Succeeded();
        Assert.That(result.Out, Does.Contain($"\"dtype\":\"{dtype}\"").And.Contain("\"format\":\"gguf\""));
        long matrices = new FileInfo(Path.Combine(model, "model.safetensors")).Length;
        Assert.That(new FileInfo(_folder.In("m.gguf")).Length, Is.LessThan(matrices * share + 16_000));
    }

    [Test]
    public void A_large_model_is_split_and_scores_the_same_bits()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        CommandLine.Run("convert", "--model", model, "--output", _folder.In("split"), "--max-shard-size", "40KB").Succeeded();
        string[] files = Directory.GetFiles(_folder.In("split"), "model-*-of-*.safetensors");
        Assert.That(files, Has.Length.GreaterThan(2));
        Assert.That(files.Select(file => new FileInfo(file).Length), Has.All.LessThan(45_000));
        CommandLine.Run("convert", "--model", _folder.In("split"), "--output", _folder.In("joined")).Succeeded();
        Assert.That(File.ReadAllBytes(Path.Combine(_folder.In("joined"), "model.safetensors")), Is.EqualTo(File.ReadAllBytes(Path.Combine(model, "model.safetensors"))));
    }

    [Test]
    public void The_tokenizer_that_was_named_is_the_one_that_is_written()
    {
        string model = TinyModel.Write(_folder, "model", 1), other = TinyModel.Write(_folder, "other", 1);
        string file = Path.Combine(other, "tokenizer_config.json");
        File.WriteAllText(file, """{"bos_token": "<s>", "eos_token": "<|u|>"}""");
        CommandLine.Run("convert", "--model", model, "--tokenizer", other, "--output", _folder.In("copy")).Succeeded();
        Assert.That(File.ReadAllText(Path.Combine(_folder.In("copy"), "tokenizer_config.json")), Is.EqualTo(File.ReadAllText(file)));
    }

    [TestCase("--dtype float16", "--dtype float16 is for --format gguf")]
    [TestCase("--format gguf --max-shard-size 1GB", "is for --format hf")]
    [TestCase("--max-shard-size 1TB", "expected a size such as 2GB")]
    [TestCase("--max-shard-size 0", "expected a size such as 2GB")]
    [TestCase("--dtype q4_0", "expected float32, bfloat16, float16 or q8_0")]
    public void Options_that_do_not_go_together_are_wrong_usage(string options, string message) =>
        CommandLine.Run(["convert", "--model", "m", "--output", "o", .. options.Split(' ')]).FailedWith(2, message);

    [Test]
    public void An_output_that_is_a_file_is_found_first()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        CommandLine.Run("convert", "--model", model, "--output", _folder.Text("file", "x")).FailedWith(1, "it is a file");
    }
}
