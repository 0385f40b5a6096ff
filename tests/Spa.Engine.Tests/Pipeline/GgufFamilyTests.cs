using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Formats;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Models;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>GGUF files of every family: as llama.cpp expects them, and giving the same model again.</summary>
internal sealed class GgufFamilyTests
{
    internal static readonly string[] Goldens = ["llama", "smollm2", "mistral", "qwen2", "qwen3", "phi", "phi3", "gemma2"];

    // smollm3: what its files can say is every fourth layer without rotary embedding and no window.
    internal static readonly string[] Others =
        ["gemma3", "stablelm", "stablelm-parallel", "olmo2", "olmo2-yarn", "olmo2-linear", "phi3-longrope", "phi3-partial", "smollm3-fourth"];

    private readonly TempFolder _folder = new();
    private readonly CpuBackend _backend = new(new CpuOptions { Threads = 1 });

    [TearDown]
    public void Remove()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [TestCaseSource(nameof(Goldens))]
    public void A_model_that_went_through_gguf_has_the_golden_logits_and_greedy_tokens(string family)
    {
        using var golden = new GoldenModel(family);
        using ModelBundle copy = WriteAndOpen(Fixtures.Require($"fixtures/models/{family}"));
        using Model model = copy.Load(golden.Backend, DType.Float32);
        AssertSameWeights(golden.Policy, model);
        // The bound of the golden test itself.
        Assert.That(golden.Logits(model), new CloseTo(golden.Floats("logits"), 1e-5));
        int[] prompt = golden.Ints("greedy_prompt"), expected = golden.Ints("greedy_tokens");
        using var generator = new Generator(model, new SamplingSettings { Temperature = 0, MaxNewTokens = expected.Length }, prompt.Length);
        generator.Generate([new GenerationPrompt(prompt, 0)], (_, responses) => Assert.That(responses[0].Ids, Is.EqualTo(expected)));
    }

    [TestCaseSource(nameof(Others))]
    public void A_model_that_went_through_gguf_has_the_log_probs_of_the_float64_reference(string name)
    {
        using Model source = WriteFolder(name);
        using ModelBundle copy = WriteAndOpen(_folder["source"]);
        using Model model = copy.Load(_backend, DType.Float32);
        AssertSameWeights(source, model);
        var reference = new ReferenceDecoder(FamilyCases.Config(name), TinyModel.WeightsByName(source));
        using var scorer = new Scorer(model, null, 0, 256);
        // On both sides of the original length of rotary embeddings that know one.
        foreach (int length in new[] { 11, 31 })
        {
            int[] ids = TinyModel.Ids(new Random(length), length);
            double[][] logps = reference.LogProbs(ids, length);
            scorer.Score([new ScoreItem(ids[..4], [ids[4..]])], (_, scores) =>
                Assert.That(scores[0].TokenLogps, Is.EqualTo(ids[4..].Select((id, t) => (float)logps[3 + t][id])).Within(2e-5f)));
        }
    }

    // Names as llama.cpp's loaders of these architectures ask for them.
    [TestCase("qwen2", "attn_norm ffn_norm attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down", "attn_q.bias attn_k.bias attn_v.bias")]
    [TestCase("qwen3", "attn_norm ffn_norm attn_q attn_k attn_v attn_output attn_q_norm attn_k_norm ffn_gate ffn_up ffn_down", "", "output")]
    [TestCase("mistral", "attn_norm ffn_norm attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down", "", "output", "attention.sliding_window=16")]
    [TestCase("gemma2", "attn_norm post_attention_norm ffn_norm post_ffw_norm attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down", "", "",
        "attention.sliding_window=16 attn_logit_softcapping=50 final_logit_softcapping=30 attention.scale=0.20412415")]
    [TestCase("gemma3", "attn_norm post_attention_norm ffn_norm post_ffw_norm attn_q attn_k attn_v attn_output attn_q_norm attn_k_norm ffn_gate ffn_up ffn_down", "", "",
        "attention.sliding_window=5 attention.sliding_window_pattern=3 rope.freq_base_swa=90 rope.scaling.type=linear rope.scaling.factor=4 attention.scale=0.30151135")]
    [TestCase("phi", "attn_norm attn_q attn_k attn_v attn_output ffn_up ffn_down",
        "attn_norm.bias attn_q.bias attn_k.bias attn_v.bias attn_output.bias ffn_up.bias ffn_down.bias output.bias output_norm.bias", "output", "rope.dimension_count=4")]
    [TestCase("phi3", "attn_norm ffn_norm attn_qkv attn_output ffn_up ffn_down", "", "output", "attention.sliding_window=20")]
    [TestCase("phi3-longrope", "attn_norm ffn_norm attn_qkv attn_output ffn_up ffn_down", "", "output rope_factors_long rope_factors_short",
        "rope.scaling.original_context_length=24 rope.scaling.attn_factor=1.1984192 attention.sliding_window=0")]
    [TestCase("stablelm", "attn_norm ffn_norm attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down",
        "attn_norm.bias ffn_norm.bias attn_q.bias attn_k.bias attn_v.bias output_norm.bias", "output", "use_parallel_residual=False rope.dimension_count=4")]
    [TestCase("stablelm-parallel", "attn_norm attn_q attn_k attn_v attn_output attn_q_norm attn_k_norm ffn_gate ffn_up ffn_down", "attn_norm.bias output_norm.bias", "output",
        "use_parallel_residual=True")]
    [TestCase("olmo2-yarn", "post_attention_norm post_ffw_norm attn_q attn_k attn_v attn_output attn_q_norm attn_k_norm ffn_gate ffn_up ffn_down", "", "output",
        "rope.scaling.type=yarn rope.scaling.factor=4 rope.scaling.original_context_length=32 rope.scaling.yarn_beta_fast=4 rope.scaling.yarn_beta_slow=1")]
    [TestCase("smollm3-fourth", "attn_norm ffn_norm attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down", "", "output")]
    public void A_reader_of_the_specification_finds_the_tensors_and_keys_of_the_architecture(string name, string weights, string biases, string top = "", string keys = "")
    {
        bool hasGolden = Goldens.Contains(name);
        using Model source = hasGolden ? LoadFixture(name) : WriteFolder(name);
        WriteAndOpen(hasGolden ? Fixtures.Require($"fixtures/models/{name}") : _folder["source"]).Dispose();
        GgufSpecification file = GgufSpecification.Read(_folder["m.gguf"]);
        string architecture = (string)file.Values["general.architecture"];
        Assert.That(architecture, Is.EqualTo(name.Split('-')[0] switch { "mistral" => "llama", "phi" => "phi2", var other => other }));
        string[] inLayer = [.. Split(weights).Select(x => x + ".weight"), .. Split(biases).Where(x => !x.StartsWith("output", StringComparison.Ordinal) || x == "attn_output.bias")];
        string[] outside = [.. Split("token_embd output_norm " + top).Select(x => x + ".weight"), .. Split(biases).Where(x => x.StartsWith("output", StringComparison.Ordinal))];
        Assert.That(file.Tensors.Keys, Is.EquivalentTo(outside.Concat(Enumerable.Range(0, source.Config.Layers).SelectMany(l => inLayer.Select(x => $"blk.{l}.{x}")))));
        foreach (string[] pair in Split(keys).Select(x => x.Split('=')))
        {
            object? found = file.Values.GetValueOrDefault($"{architecture}.{pair[0]}", 0);
            Assert.That(found is float number ? number.ToString("R") : found.ToString(), Is.EqualTo(pair[1]), pair[0]);
        }
        AssertStored(source, file, architecture);
    }

    /// <summary>Every kind of tensor of layer 0 against the checkpoint: rows in order but for queries and keys of two architectures, Gemma's norms one larger, heads as rows.</summary>
    private static void AssertStored(Model source, GgufSpecification file, string architecture)
    {
        float[] Weight(string name) => Values(source, source.Table[name]);
        double[] Found(string name) => file.Numbers(name);
        bool gemma = architecture.StartsWith("gemma", StringComparison.Ordinal);
        string norm = source.Table.Contains("model.norm.weight") ? "model.norm.weight" : "model.final_layernorm.weight";
        Assert.That(Found("output_norm.weight"), Is.EqualTo(Weight(norm).Select(x => (double)(gemma ? x + 1 : x))));
        Assert.That(Found("blk.0.ffn_down.weight"), Is.EqualTo(Weight(architecture == "phi2" ? "model.layers.0.mlp.fc2.weight" : "model.layers.0.mlp.down_proj.weight").Select(x => (double)x)));
        if (architecture == "phi3")
        {
            Assert.That(Found("blk.0.attn_qkv.weight"), Is.EqualTo(Weight("model.layers.0.self_attn.qkv_proj.weight").Select(x => (double)x)));
            Assert.That(file.Tensors["blk.0.ffn_up.weight"].Dimensions, Is.EqualTo(new[] { (ulong)source.Config.HiddenSize, 2 * (ulong)source.Config.IntermediateSize }));
            return;
        }
        float[] query = Weight("model.layers.0.self_attn.q_proj.weight");
        int size = source.Config.HeadDim, columns = source.Config.HiddenSize;
        if (architecture is "llama" or "smollm3")
        {
            // llama.cpp's converter: reshape(heads, 2, size / 2, columns).swapaxes(1, 2), written out.
            var moved = new List<float>();
            for (int row = 0; row < query.Length / columns; row++)
                moved.AddRange(query.AsSpan((row / size * size + row % 2 * (size / 2) + row % size / 2) * columns, columns));
            query = [.. moved];
        }
        Assert.That(Found("blk.0.attn_q.weight"), Is.EqualTo(query.Select(x => (double)x)));
        if (architecture == "stablelm" && file.Tensors.TryGetValue("blk.0.attn_k_norm.weight", out (ulong[] Dimensions, uint, byte[]) heads))
        {
            Assert.That(heads.Dimensions, Is.EqualTo(new[] { (ulong)size, (ulong)source.Config.KvHeads }));
            Assert.That(Found("blk.0.attn_k_norm.weight"), Is.EqualTo(Enumerable.Range(0, source.Config.KvHeads)
                .SelectMany(h => Weight($"model.layers.0.self_attn.k_layernorm.norms.{h}.weight")).Select(x => (double)x)));
        }
    }

    private static void AssertSameWeights(Model expected, Model found)
    {
        Assert.That(found.Table.Parameters.Select(p => p.Name), Is.EqualTo(expected.Table.Parameters.Select(p => p.Name)));
        foreach (Parameter p in expected.Table.Parameters)
        {
            // A norm weight that is stored as w + 1 keeps the digits of w + 1, which are those that count.
            bool fromOne = expected.Config.NormUnitOffset && p.Name.EndsWith("norm.weight", StringComparison.Ordinal);
            float[] values = Values(expected, p), again = Values(found, p);
            if (fromOne) (values, again) = (Array.ConvertAll(values, x => x + 1), Array.ConvertAll(again, x => x + 1));
            Assert.That(again, Is.EqualTo(values), p.Name);
        }
    }

    private ModelBundle WriteAndOpen(string folder)
    {
        using ModelBundle source = ModelBundle.Open(folder);
        using Model model = source.Load(_backend, DType.Float32);
        GgufExport.Require(source);
        GgufExport.Write(_folder["m.gguf"], source, model, StoredType.F32, "m");
        return ModelBundle.Open(_folder["m.gguf"]);
    }

    private Model LoadFixture(string name)
    {
        using ModelBundle bundle = ModelBundle.Open(Fixtures.Require($"fixtures/models/{name}"));
        return bundle.Load(_backend, DType.Float32);
    }

    private Model WriteFolder(string name)
    {
        JsonObject config = FamilyCases.Config(name);
        Model model = TinyModel.Create(_backend, 3, config);
        HuggingFaceWriter.Write(_folder["source"], new HuggingFaceContent { Config = config, Tensors = [.. model.Table.Parameters.Select(p => ModelBundle.Content(model.Backend, model.Weight(p), p))] });
        return model;
    }

    private static string[] Split(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static float[] Values(Model model, Parameter p)
    {
        float[] values = new float[p.Count];
        model.Backend.Download<float>(values, model.Weight(p));
        return values;
    }
}
