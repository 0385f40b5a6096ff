using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>Folders that we write, read by a reader of the specification alone, and what transformers looks for in them.</summary>
internal sealed class HuggingFaceExportTests
{
    private readonly TempFolder _folder = new();
    private readonly CpuBackend _backend = new(new CpuOptions { Threads = 1 });

    [TearDown]
    public void Remove()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [TestCase(DType.Float32, "F32")]
    [TestCase(DType.BFloat16, "BF16")]
    public void A_reader_of_the_specification_finds_every_tensor_in_one_file(DType type, string stored)
    {
        using ModelBundle source = ModelBundle.Open(Fixtures.Require("fixtures/models/gemma2"));
        using Model model = source.Load(_backend, type);
        source.Write(_folder["out"], model);
        SafetensorsSpecification file = SafetensorsSpecification.Read(_folder["out/model.safetensors"]);
        // transformers refuses a file that does not say this.
        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["format"] = "pt" }));
        Assert.That(file.Tensors.Keys, Is.EquivalentTo(model.Table.Parameters.Select(p => p.Name)));
        Assert.That(file.Tensors["model.embed_tokens.weight"].Type, Is.EqualTo(stored));
        foreach (Parameter p in model.Table.Parameters)
        {
            Assert.That(file.Tensors[p.Name].Shape, Is.EqualTo(p.IsVector ? new long[] { p.Columns } : [p.Rows, p.Columns]), p.Name);
            Assert.That(file.Numbers(p.Name), Is.EqualTo(Values(model, p)), p.Name);
        }
        Assert.That((string)JsonNode.Parse(File.ReadAllText(_folder["out/config.json"]))!["torch_dtype"]!, Is.EqualTo(type == DType.Float32 ? "float32" : "bfloat16"));
    }

    [Test]
    public void Shards_hold_every_tensor_once_where_the_index_says_within_the_limit()
    {
        using ModelBundle source = ModelBundle.Open(Fixtures.Require("fixtures/models/phi3"));
        using Model model = source.Load(_backend, DType.Float32);
        source.Write(_folder["out"], model, maxShardBytes: 200_000);
        JsonNode index = JsonNode.Parse(File.ReadAllText(_folder["out/model.safetensors.index.json"]))!;
        string[] files = [.. index["weight_map"]!.AsObject().Select(x => (string)x.Value!).Distinct()];
        Assert.That(files, Has.Length.GreaterThan(1).And.EqualTo(Enumerable.Range(1, files.Length).Select(i => $"model-{i:D5}-of-{files.Length:D5}.safetensors")));
        long bytes = 0;
        foreach (string name in files)
        {
            SafetensorsSpecification file = SafetensorsSpecification.Read(_folder["out/" + name]);
            Assert.That(file.Metadata["format"], Is.EqualTo("pt"));
            Assert.That(file.Tensors.Keys, Is.EquivalentTo(index["weight_map"]!.AsObject().Where(x => (string)x.Value! == name).Select(x => x.Key)));
            Assert.That(file.Tensors.Count == 1 || file.Tensors.Values.Sum(t => t.Data.Length) <= 200_000, name);
            bytes += file.Tensors.Values.Sum(t => (long)t.Data.Length);
            foreach (string tensor in file.Tensors.Keys) Assert.That(file.Numbers(tensor), Is.EqualTo(Values(model, model.Table[tensor])), tensor);
        }
        Assert.That((long)index["metadata"]!["total_size"]!, Is.EqualTo(bytes).And.EqualTo(model.Table.Parameters.Sum(p => p.Count * 4)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_folder_has_the_files_and_keys_that_transformers_asks_for(bool fromGguf)
    {
        using TinyRun tiny = new();
        string path = tiny.ModelPath;
        if (fromGguf)
        {
            using ModelBundle first = ModelBundle.Open(tiny.ModelPath);
            using Model weights = first.Load(_backend, DType.Float32);
            GgufExport.Write(path = _folder["m.gguf"], first, weights, StoredType.F32, "m");
        }
        using ModelBundle source = ModelBundle.Open(path);
        using Model model = source.Load(_backend, DType.Float32);
        source.Write(_folder["out"], model, ConversionCard.Of(source, merged: false, "0"));
        JsonObject Json(string name) => JsonNode.Parse(File.ReadAllText(_folder["out/" + name]))!.AsObject();
        Assert.That((string)Json("config.json")["architectures"]![0]!, Is.EqualTo(source.Family.Architecture));
        Assert.That((string)Json("config.json")["model_type"]!, Is.EqualTo("llama"));
        Assert.That((int)Json("generation_config.json")["eos_token_id"]!, Is.EqualTo(1));
        Assert.That((string)Json("tokenizer.json")["model"]!["type"]!, Is.EqualTo("BPE"));
        if (fromGguf) Assert.That((string)Json("tokenizer_config.json")["tokenizer_class"]!, Is.EqualTo("PreTrainedTokenizerFast"));
        Assert.That(File.ReadAllText(_folder["out/chat_template.jinja"]), Is.EqualTo(TinyRun.Template));
        Assert.That(File.ReadAllText(_folder["out/README.md"]), Does.StartWith("---\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n"));
        ModelTokenizer written = ModelTokenizer.Open(_folder["out"]);
        const string Text = "a river, 12 stones and Ünïcode <|end|>";
        Assert.That(written.Encode(Text, true), Is.EqualTo(source.Tokenizer.Encode(Text, true)));
    }

    [Test]
    public void A_reader_of_the_specification_finds_an_adapter_under_the_names_of_peft()
    {
        using ModelBundle source = ModelBundle.Open(Fixtures.Require("fixtures/models/phi3"));
        using Model plain = source.Load(_backend, DType.Float32);
        using Model model = AdapterFiles.Create(plain, new AdapterSettings { Rank = 4, Alpha = 8 }, seed: 3);
        source.Write(_folder["out"], model);
        SafetensorsSpecification file = SafetensorsSpecification.Read(_folder["out/adapter_model.safetensors"]);
        JsonNode config = JsonNode.Parse(File.ReadAllText(_folder["out/adapter_config.json"]))!;
        Assert.That(((string)config["peft_type"]!, (int)config["r"]!, (double)config["lora_alpha"]!, (string)config["task_type"]!), Is.EqualTo(("LORA", 4, 8.0, "CAUSAL_LM")));
        string[] targets = [.. config["target_modules"]!.AsArray().Select(x => (string)x!)];
        foreach ((string name, (string type, long[] shape, _)) in file.Tensors)
        {
            Assert.That(name, Does.Match(@"^base_model\.model\.model\.layers\.[0-2]\.(self_attn|mlp)\.\w+\.lora_[AB]\.weight$"));
            Assert.That(targets, Does.Contain(name.Split('.')[^3]), name);
            Assert.That(shape[name.Contains("lora_A") ? 0 : 1], Is.EqualTo(4), name);
            Assert.That(type, Is.EqualTo("F32"));
        }
        foreach (Parameter p in model.Trainable.Parameters)
        {
            string name = file.Tensors.Keys.Single(k => k == "base_model.model." + p.Name || k == p.Name);
            float[] values = new float[p.Count];
            _backend.Download<float>(values, model.Adapter!.Weight(p));
            Assert.That(file.Numbers(name), Is.EqualTo(values), name);
        }
    }

    private static float[] Values(Model model, Parameter p)
    {
        float[] values = new float[p.Count];
        if (p.Type == DType.Float32) model.Backend.Download<float>(values, model.Weight(p));
        else
        {
            ushort[] narrow = new ushort[p.Count];
            model.Backend.Download<ushort>(narrow, model.Weight(p));
            Bf16.Widen(narrow, values);
        }
        return values;
    }
}
