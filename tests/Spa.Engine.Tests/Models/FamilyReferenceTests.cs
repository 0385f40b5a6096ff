using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Support;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Models;

/// <summary>
/// Families without goldens against <see cref="ReferenceDecoder"/>. Float32 through a few layers leaves some 1e-6 of a log-prob; 2e-5 is the bound of the golden models.
/// Sequences lie on both sides of 24 tokens, the original length of models whose rotary frequencies depend on it.
/// </summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
public sealed class FamilyReferenceTests(TestedBackend tested)
{
    private const double TokenLogp = 2e-5;

    private static readonly string[] s_cases =
    [
        "gemma3", "stablelm", "stablelm-parallel", "olmo2", "smollm3", "phi3-longrope", "phi3-partial", "olmo2-yarn", "smollm3-dynamic", "olmo2-linear",
    ];

    [TestCaseSource(nameof(s_cases))]
    public void Log_probs_equal_the_float64_reference_packed_and_alone(string name)
    {
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3, Config(name));
        ReferenceDecoder reference = new(Config(name), Weights(model));
        using var scorer = new Scorer(model, null, 0, 256);
        ScoreItem[] items = Items();
        var together = new List<ScoredResponse[]>();
        scorer.Score(items, (_, s) => together.Add(s));
        for (int i = 0; i < items.Length; i++)
        {
            for (int r = 0; r < items[i].Responses.Length; r++)
            {
                (int[] prompt, int[] response) = (items[i].Prompt, items[i].Responses[r]);
                int[] ids = [.. prompt, .. response];
                double[][] logps = reference.LogProbs(ids, ids.Length);
                double[] expected = [.. response.Select((id, t) => logps[prompt.Length - 1 + t][id])];
                Assert.That(Array.ConvertAll(together[i][r].TokenLogps, x => (double)x), Is.EqualTo(expected).Within(TokenLogp), $"{i} {r}");
                scorer.Score([new ScoreItem(prompt, [response])], (_, s) => Assert.That(s[0].TokenLogps, Is.EqualTo(together[i][r].TokenLogps)));
            }
        }
    }

    [TestCaseSource(nameof(s_cases))]
    public void Gradients_equal_finite_differences_of_the_reference(string name)
    {
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3, Config(name));
        using var state = new PolicyState(model);
        ScoreItem item = Items()[1];
        using var pass = new TrainingPass(state, null, 256, 256, 64, checkpointed: false);
        pass.Batch.AddShared(item.Prompt, item.Responses);
        pass.Forward(0, withReference: false);
        pass.SetCoefficient(1);
        pass.Backward();
        Dictionary<string, double[]> weights = Weights(model);
        ReferenceDecoder reference = new(Config(name), weights);
        double Loss() => item.Responses.Sum(response =>
        {
            int[] ids = [.. item.Prompt, .. response];
            double[][] logps = reference.LogProbs(ids, ids.Length);
            return response.Select((id, t) => logps[item.Prompt.Length - 1 + t][id]).Sum();
        });
        foreach (Parameter p in model.Table.Parameters)
        {
            var gradient = new float[p.Count];
            backend.Download<float>(gradient, ParameterTable.InFlat(state.Gradients.Flat, p));
            // The largest entry and one in the middle; float32 sums leave some 1e-5 of the largest.
            float largest = gradient.Max(Math.Abs);
            foreach (int at in new[] { Array.FindIndex(gradient, x => Math.Abs(x) == largest), gradient.Length / 2 })
            {
                double[] values = weights[p.Name];
                (double was, double step) = (values[at], 1e-5);
                values[at] = was + step;
                double above = Loss();
                values[at] = was - step;
                double below = Loss();
                values[at] = was;
                Assert.That(gradient[at], Is.EqualTo((above - below) / (2 * step)).Within(1e-4 * largest + 1e-6), $"{p.Name} {at}");
            }
        }
    }

    [TestCaseSource(nameof(s_cases))]
    public void Greedy_decoding_gives_what_the_reference_gives_for_each_prefix(string name)
    {
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3, Config(name));
        ReferenceDecoder reference = new(Config(name), Weights(model));
        int[] prompt = TinyModel.Ids(new Random(4), 19);
        using var generator = new Generator(model, new SamplingSettings { Temperature = 0, MaxNewTokens = 9, Samples = 2 }, prompt.Length);
        int free = generator.FreePages;
        generator.Generate([new GenerationPrompt(prompt, 0)], (_, responses) =>
        {
            for (int t = 0; t < responses[0].Ids.Length; t++)
            {
                int[] prefix = [.. prompt, .. responses[0].Ids[..t]];
                double[] logps = reference.LogProbs(prefix, prefix.Length)[^1];
                Assert.That(responses[0].Ids[t], Is.EqualTo(Array.IndexOf(logps, logps.Max())));
                Assert.That(responses[0].TokenLogps[t], Is.EqualTo(logps.Max()).Within(TokenLogp));
            }
            Assert.That(responses[1].Ids, Is.EqualTo(responses[0].Ids));
        });
        Assert.That(generator.FreePages, Is.EqualTo(free));
    }

    private static ScoreItem[] Items()
    {
        var random = new Random(8);
        int[] Ids(int n) => TinyModel.Ids(random, n);
        return [new ScoreItem(Ids(5), [Ids(4), Ids(1)]), new ScoreItem(Ids(14), [Ids(6), Ids(13)]), new ScoreItem(Ids(27), [Ids(5)])];
    }

    private static Dictionary<string, double[]> Weights(Model model) => model.Table.Parameters.ToDictionary(p => p.Name, p =>
    {
        var values = new float[p.Count];
        model.Backend.Download<float>(values, model.Weight(p));
        return Array.ConvertAll(values, x => (double)x);
    });

    private static JsonObject Config(string name)
    {
        JsonObject config = TinyModel.Config(positions: 24);
        config.Remove("architectures");
        config["rope_theta"] = 700.0;
        JsonNode Scaling(string json) => JsonNode.Parse(json)!;
        string family = name.Split('-')[0];
        config["model_type"] = family == "gemma3" ? "gemma3_text" : family;
        switch (family)
        {
            case "gemma3":
                (config["num_hidden_layers"], config["sliding_window"], config["sliding_window_pattern"], config["query_pre_attn_scalar"]) = (3, 5, 3, 11.0);
                (config["rope_local_base_freq"], config["tie_word_embeddings"], config["max_position_embeddings"]) = (90.0, true, 128);
                config["rope_scaling"] = Scaling("""{"rope_type": "linear", "factor": 4.0}""");
                break;
            case "stablelm":
                (config["head_dim"], config["layer_norm_eps"], config["partial_rotary_factor"], config["use_qkv_bias"]) = (6, 1e-5, 0.67, true);
                config["max_position_embeddings"] = 128;
                if (name == "stablelm-parallel") (config["use_parallel_residual"], config["qk_layernorm"], config["use_qkv_bias"]) = (true, true, false);
                break;
            case "smollm3":
                (config["num_hidden_layers"], config["no_rope_layer_interval"], config["use_sliding_window"], config["sliding_window"]) = (3, 2, true, 6);
                if (name == "smollm3-dynamic") config["rope_scaling"] = Scaling("""{"rope_type": "dynamic", "factor": 3.0}""");
                else config["max_position_embeddings"] = 128;
                break;
            case "phi3":
                (config["max_position_embeddings"], config["original_max_position_embeddings"]) = (96, 24);
                config["rope_scaling"] = Scaling("""{"rope_type": "longrope", "short_factor": [1.0, 1.1, 1.3], "long_factor": [1.5, 2.5, 7.0]}""");
                if (name != "phi3-partial") break;
                config["partial_rotary_factor"] = 0.67;
                config["rope_scaling"] = Scaling("""{"rope_type": "longrope", "short_factor": [1.0, 1.1], "long_factor": [1.5, 7.0]}""");
                break;
            default:
                config["max_position_embeddings"] = 128;
                if (name == "olmo2-yarn") config["rope_scaling"] = Scaling("""{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "beta_fast": 4.0}""");
                if (name == "olmo2-linear") config["rope_scaling"] = Scaling("""{"rope_type": "linear", "factor": 2.5}""");
                break;
        }
        return config;
    }
}
