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
    public void Gguf_is_not_written_by_this_build() =>
        CommandLine.Run("convert", "--model", "m", "--output", "o", "--format", "gguf").FailedWith(1, "--format gguf is not part of this build");

    [Test]
    public void An_output_that_is_a_file_is_found_first()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        CommandLine.Run("convert", "--model", model, "--output", _folder.Text("file", "x")).FailedWith(1, "it is a file");
    }
}
