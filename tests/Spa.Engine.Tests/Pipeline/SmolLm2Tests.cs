using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Data;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Support;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>
/// SmolLM2-135M-Instruct from its GGUF file against transformers on the dequantised weights. The peer worked in float64; 30 layers of float32
/// arithmetic leave about 1e-4 per token log-prob and 1e-4 of a gradient's norm.
/// </summary>
[NonParallelizable]
internal sealed class SmolLm2Tests
{
    private const double TokenLogp = 5e-4, GradientNorm = 1e-3;

    private static readonly Lazy<(CpuBackend Backend, ModelBundle Bundle, Model Model, JsonObject Golden)> s_shared = new(Open);

    [OneTimeTearDown]
    public static void Close()
    {
        if (!s_shared.IsValueCreated) return;
        s_shared.Value.Model.Dispose();
        s_shared.Value.Bundle.Dispose();
        s_shared.Value.Backend.Dispose();
    }

    [Test]
    public void Tokenizer_of_the_gguf_gives_the_golden_ids()
    {
        (_, ModelBundle bundle, _, JsonObject golden) = Shared();
        Assert.Multiple(() =>
        {
            foreach (JsonNode? row in golden["tokenizer"]!.AsArray())
                Assert.That(bundle.Tokenizer.Encode(row!["text"]!.GetValue<string>(), false), Is.EqualTo(Ints(row["ids"])), row["text"]!.ToString());
        });
    }

    [Test]
    public void Chat_template_renders_and_greedy_decoding_draws_the_golden_tokens()
    {
        (_, ModelBundle bundle, Model model, JsonObject golden) = Shared();
        JsonArray cases = golden["generate"]!.AsArray();
        int[][] prompts = [.. cases.Select(c =>
        {
            Message[] messages = [.. c!["messages"]!.AsArray().Select(m => new Message(m!["role"]!.GetValue<string>(), m["content"]!.GetValue<string>()))];
            string text = bundle.Tokenizer.Render(messages, addGenerationPrompt: true);
            Assert.That(text, Is.EqualTo(c["rendered"]!.GetValue<string>()));
            int[] ids = bundle.Tokenizer.Encode(text, false);
            Assert.That(ids, Is.EqualTo(Ints(c["prompt_ids"])));
            return ids;
        })];
        using var generator = new Generator(model, new SamplingSettings { Temperature = 0, MaxNewTokens = 48 }, prompts.Max(p => p.Length));
        generator.Generate([.. prompts.Select((p, i) => new GenerationPrompt(p, (uint)i))], (i, responses) =>
        {
            // The peer's two best logits are nowhere closer than min_gap, far above our error: no tie can excuse a difference.
            Assert.That(cases[i]!["min_gap"]!.GetValue<double>(), Is.GreaterThan(1e-3));
            Assert.That(responses[0].Ids, Is.EqualTo(Ints(cases[i]!["tokens"])));
            Assert.That(responses[0].TokenLogps, Is.EqualTo(cases[i]!["logps"]!.AsArray().Select(x => (float)x!.GetValue<double>()).ToArray()).Within(TokenLogp));
        });
    }

    [Test]
    public void Scores_equal_the_golden_log_probs()
    {
        (_, _, Model model, JsonObject golden) = Shared();
        JsonArray rows = golden["score"]!.AsArray();
        using var scorer = new Scorer(model, null, 0, 1024);
        scorer.Score([.. rows.Select(r => new ScoreItem(Ints(r!["prompt_ids"]), [Ints(r["response_ids"])]))], (i, scores) => Assert.Multiple(() =>
        {
            int tokens = scores[0].TokenLogps.Length;
            if (rows[i]!["token_logps"] is JsonArray expected)
                Assert.That(scores[0].TokenLogps, Is.EqualTo(expected.Select(x => (float)x!.GetValue<double>()).ToArray()).Within(TokenLogp));
            Assert.That(scores[0].Logp, Is.EqualTo(rows[i]!["logp"]!.GetValue<double>()).Within(TokenLogp * Math.Sqrt(tokens)));
        }));
    }

    [Test]
    public void One_dpo_step_has_the_golden_loss_and_gradient_norms()
    {
        (CpuBackend backend, _, Model model, JsonObject golden) = Shared();
        JsonObject dpo = golden["dpo"]!.AsObject();
        PreferenceExample[] pairs = [.. dpo["pairs"]!.AsArray().Select(p => new PreferenceExample(Ints(p!["prompt_ids"]), Ints(p["chosen_ids"]), Ints(p["rejected_ids"])))];
        using var state = new PolicyState(model);
        var settings = new TrainerSettings { MicroBatch = pairs.Length };
        using var task = new PreferenceTask(state, model, pairs, settings, new PreferenceObjective { Beta = dpo["beta"]!.GetValue<double>() });
        var metrics = new MetricSums(task.MetricNames);
        task.BeginUpdate([0, 1, 2], new UpdateContext(0, 1, 1));
        task.RunMicroBatch([0, 1, 2], metrics);
        Assert.That(metrics[0], Is.EqualTo(dpo["loss"]!.GetValue<double>()).Within(1e-6));
        Assert.That(state.GradientNorm(), Is.EqualTo(dpo["grad_norm"]!.GetValue<double>()).Within(GradientNorm * 12));
        Assert.Multiple(() =>
        {
            foreach ((string name, JsonNode? expected) in dpo["grads"]!.AsObject())
            {
                var gradient = new float[model.Table[name].Count];
                backend.Download<float>(gradient, ParameterTable.InFlat(state.Gradients.Flat, model.Table[name]));
                double norm = Math.Sqrt(gradient.Sum(g => (double)g * g)), golden = expected!["norm"]!.GetValue<double>();
                Assert.That(norm, Is.EqualTo(golden).Within(GradientNorm * golden), name);
                double[] first = [.. expected["first8"]!.AsArray().Select(x => x!.GetValue<double>())];
                Assert.That(gradient.Take(8).Select(g => (double)g), Is.EqualTo(first).Within(GradientNorm * golden / Math.Sqrt(gradient.Length) * 8), name);
            }
        });
    }

    private static (CpuBackend Backend, ModelBundle Bundle, Model Model, JsonObject Golden) Shared()
    {
        Fixtures.Require("models/smollm2-135m-instruct/golden.json");
        return s_shared.Value;
    }

    private static (CpuBackend Backend, ModelBundle Bundle, Model Model, JsonObject Golden) Open()
    {
        string folder = Fixtures.Require("models/smollm2-135m-instruct");
        var backend = new CpuBackend();
        ModelBundle bundle = ModelBundle.Open(Path.Combine(folder, "SmolLM2-135M-Instruct.Q4_1.gguf"));
        return (backend, bundle, bundle.Load(backend, DType.Float32), JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")))!.AsObject());
    }

    private static int[] Ints(JsonNode? array) => [.. array!.AsArray().Select(x => x!.GetValue<int>())];
}
