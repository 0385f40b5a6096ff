using System.Text.Json.Nodes;
using Spa.Engine.Formats;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Formats;

public class HuggingFaceFolderTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void A_folder_that_we_write_loads_again_bit_equal()
    {
        using HuggingFaceFolder source = HuggingFaceFolder.Open(Fixtures.Require("fixtures/models/llama"));
        Write(source, SafetensorsWriter.DefaultShardBytes);
        using (HuggingFaceFolder copy = HuggingFaceFolder.Open(_folder["copy"])) AssertEqual(source, copy);
        byte[] first = File.ReadAllBytes(_folder["copy/model.safetensors"]);

        // Again over the first one, in shards: nothing of the single file may stay behind.
        Write(source, 100_000);
        using (HuggingFaceFolder copy = HuggingFaceFolder.Open(_folder["copy"])) AssertEqual(source, copy);
        Assert.That(File.Exists(_folder["copy/model.safetensors"]), Is.False);

        Write(source, SafetensorsWriter.DefaultShardBytes);
        Assert.That(File.ReadAllBytes(_folder["copy/model.safetensors"]), Is.EqualTo(first));
        Assert.That(Directory.GetFiles(_folder["copy"]).Select(Path.GetFileName).Order(), Is.EqualTo(new[] { "config.json", "generation_config.json", "model.safetensors" }));
    }

    [Test]
    public void Tokenizer_files_and_the_template_travel_along()
    {
        Directory.CreateDirectory(_folder["tok"]);
        File.WriteAllText(_folder["tok/tokenizer.json"], "{\"a\": 1 }");
        File.WriteAllText(_folder["tok/tokenizer_config.json"], "{\"chat_template\":\"old\"}");
        File.WriteAllText(_folder["tok/weights.bin"], "no");
        HuggingFaceWriter.Write(_folder["out"], new HuggingFaceContent
        {
            Config = [],
            Tensors = [Small()],
            TokenizerFolder = _folder["tok"],
            ChatTemplate = "{{ 'ü' }}\r\n",
            TextFiles = new Dictionary<string, string> { ["README.md"] = "# Model\n" },
        });
        using ModelFiles model = ModelFiles.Open(_folder["out"]);
        Assert.That(File.ReadAllText(model.TokenizerPath!), Is.EqualTo("{\"a\": 1 }"));
        Assert.That(model.ChatTemplate, Is.EqualTo("{{ 'ü' }}\r\n"));
        Assert.That(Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal), Is.EqualTo(new[] { "README.md", "chat_template.jinja", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json" }));
    }

    [TestCase("""{"chat_template":"one"}""", "one")]
    [TestCase("""{"chat_template":[{"name":"tool_use","template":"a"},{"name":"default","template":"b"}]}""", "b")]
    [TestCase("""{"chat_template":[1,{"name":2}]}""", null)]
    [TestCase("""{"chat_template":null}""", null)]
    public void The_template_may_stand_in_tokenizer_config(string json, string? expected)
    {
        MakeModel();
        File.WriteAllText(_folder["tokenizer_config.json"], json);
        using HuggingFaceFolder folder = HuggingFaceFolder.Open(_folder.Path);
        Assert.That(folder.ChatTemplate, Is.EqualTo(expected));
    }

    [Test]
    public void Missing_pieces_are_named()
    {
        Refused("has no config.json");
        File.WriteAllText(_folder["adapter_config.json"], "{}");
        Assert.That(() => ModelFiles.Open(_folder.Path), Throws.TypeOf<SpaException>().With.Message.Contains("adapter_config.json"));
        File.WriteAllText(_folder["config.json"], "{}");
        Refused("has no weights: model.safetensors or model.safetensors.index.json is expected");
        File.WriteAllText(_folder["pytorch_model.bin"], "");
        Refused("can run code and is not read");
        Assert.That(() => HuggingFaceFolder.Open(_folder["none"]), Throws.TypeOf<SpaException>().With.Message.Contains("does not exist"));
    }

    [Test]
    public void Truncated_pieces_are_named()
    {
        MakeModel();
        File.WriteAllText(_folder["config.json"], "{\"model_type\":");
        Refused("config.json' is not valid JSON (line 1");
        File.WriteAllText(_folder["config.json"], "{}");
        byte[] weights = File.ReadAllBytes(_folder["model.safetensors"]);
        File.WriteAllBytes(_folder["model.safetensors"], weights[..^1]);
        Refused("model.safetensors' is truncated");
    }

    [Test]
    public void A_write_that_fails_leaves_no_folder()
    {
        TensorContent failing = TensorContent.FromFloats("x", StoredType.F32, [1], (_, _) => throw new IOException("No space left on device", 28));
        Assert.That(() => HuggingFaceWriter.Write(_folder["out"], new HuggingFaceContent { Config = [], Tensors = [failing] }), Throws.TypeOf<SpaException>().With.Message.Contains("the disk is full"));
        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void A_write_that_fails_over_an_older_model_leaves_none_that_loads_and_keeps_foreign_files()
    {
        MakeModel();
        File.WriteAllText(_folder["model-notes.safetensors"], "mine");
        TensorContent failing = TensorContent.FromFloats("x", StoredType.F32, [1], (_, _) => throw new IOException("No space left on device", 28));
        Assert.That(() => HuggingFaceWriter.Write(_folder.Path, new HuggingFaceContent { Config = [], Tensors = [failing] }), Throws.TypeOf<SpaException>());
        Refused("has no config.json");
        Assert.That(File.ReadAllText(_folder["model-notes.safetensors"]), Is.EqualTo("mine"));
    }

    [Test]
    public void An_output_folder_that_cannot_be_written_is_one_line()
    {
        File.WriteAllText(_folder["file"], "");
        var content = new HuggingFaceContent { Config = [], Tensors = [Small()] };
        Assert.That(() => HuggingFaceWriter.Write(_folder["file"], content), Throws.TypeOf<SpaException>().With.Message.Contains("a file has that name"));
        Assert.That(() => HuggingFaceWriter.Write(_folder["file/model"], content), Throws.TypeOf<SpaException>().With.Message.Contains("cannot write"));
    }

    [Test]
    public void A_gguf_file_opens_like_a_folder()
    {
        using ModelFiles model = ModelFiles.Open(Fixtures.Require("models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf"));
        Assert.That(model.Tensors.Tensors, Does.ContainKey("model.layers.3.mlp.up_proj.weight"));
        Assert.That((string)model.Config["model_type"]!, Is.EqualTo("llama"));
        Assert.That(model.ChatTemplate, Does.StartWith("{% for message in messages %}"));
        Assert.That((string[])model.GgufMetadata!["tokenizer.ggml.tokens"], Has.Length.EqualTo(49152));
    }

    [Test]
    public void Names_that_are_no_model_say_what_is_expected()
    {
        Assert.That(() => ModelFiles.Open("org/model"), Throws.TypeOf<SpaException>().With.Message.Contains("nothing is downloaded"));
        File.WriteAllText(_folder["notes.txt"], "some notes");
        Assert.That(() => ModelFiles.Open(_folder["notes.txt"]), Throws.TypeOf<SpaException>().With.Message.Contains("not a GGUF file"));
        File.WriteAllText(_folder["a.safetensors"], "");
        Assert.That(() => ModelFiles.Open(_folder["a.safetensors"]), Throws.TypeOf<SpaException>().With.Message.Contains("name the folder"));
    }

    private static TensorContent Small() => TensorContent.FromArray("x", StoredType.F32, [2], [1, 2]);

    private static void AssertEqual(HuggingFaceFolder source, HuggingFaceFolder copy)
    {
        Assert.That(JsonNode.DeepEquals(source.Config, copy.Config));
        Assert.That(copy.GenerationConfig!["eos_token_id"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(copy.Tensors.Tensors.Keys, Is.EqualTo(source.Tensors.Tensors.Keys));
        foreach (StoredTensor tensor in source.Tensors.Tensors.Values)
        {
            Assert.That(source.Tensors.TryGetRawRows(tensor.Name, 0, tensor.Rows, out ReadOnlySpan<byte> expected));
            Assert.That(copy.Tensors.TryGetRawRows(tensor.Name, 0, tensor.Rows, out ReadOnlySpan<byte> found));
            Assert.That(found.SequenceEqual(expected), tensor.Name);
            Assert.That(copy.Tensors.Find(tensor.Name).Shape, Is.EqualTo(tensor.Shape));
        }
    }

    private void Write(HuggingFaceFolder source, long shardBytes) => HuggingFaceWriter.Write(_folder["copy"], new HuggingFaceContent
    {
        Config = source.Config,
        GenerationConfig = new JsonObject { ["eos_token_id"] = 2 },
        Tensors = [.. source.Tensors.Tensors.Keys.Select(name => TensorContent.FromSource(source.Tensors, name, StoredType.F32))],
        MaxShardBytes = shardBytes,
    });

    private void MakeModel()
    {
        File.WriteAllText(_folder["config.json"], "{}");
        SafetensorsWriter.Write(_folder["model.safetensors"], [Small()]);
    }

    private void Refused(string message) =>
        Assert.That(() => HuggingFaceFolder.Open(_folder.Path), Throws.TypeOf<SpaException>().With.Message.Contains(message).And.Message.Not.Contains("\n"));
}
