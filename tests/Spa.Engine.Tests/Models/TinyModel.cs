using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;
using Spa.Engine.Tests.Compute;

namespace Spa.Engine.Tests.Models;

/// <summary>Random Llama-shaped models of some ten thousand weights: odd enough in size to miss every vector width, small enough to train in milliseconds.</summary>
internal static class TinyModel
{
    public const int Vocabulary = 67;

    public static JsonObject Config(int vocabulary = Vocabulary, bool tied = false, int positions = 256) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = vocabulary,
        ["hidden_size"] = 24,
        ["intermediate_size"] = 40,
        ["num_hidden_layers"] = 2,
        ["num_attention_heads"] = 4,
        ["num_key_value_heads"] = 2,
        ["head_dim"] = 6,
        ["max_position_embeddings"] = positions,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["tie_word_embeddings"] = tied,
        ["eos_token_id"] = 1,
        ["torch_dtype"] = "float32",
    };

    /// <summary>A model whose next-token distribution is neither flat nor certain.</summary>
    public static Model Create(ComputeBackend backend, int seed = 1, JsonObject? config = null, DType type = DType.Float32, QuantisedFormat? format = null)
    {
        config ??= Config();
        var reader = new ConfigReader(config, "config.json");
        ModelFamily family = ModelFamily.Find(reader);
        var model = new Model(backend, family, family.Load(reader), config, type, format);
        foreach (Parameter p in model.Table.Parameters)
        {
            float[] values = Values(p, seed++);
            if (p.Format is { } quantised)
            {
                var quantiser = new WeightQuantiser(quantised, p.Rows, p.Columns);
                quantiser.Add(values);
                backend.Upload<int>(model.QuantisedWeight(p).Words, MemoryMarshal.Cast<byte, int>(quantiser.Finish()));
                continue;
            }
            if (p.Type == DType.Float32)
            {
                backend.Upload<float>(model.Weight(p), values);
                continue;
            }
            var narrow = new ushort[values.Length];
            Bf16.Narrow(values, narrow);
            backend.Upload<ushort>(model.Weight(p), narrow);
        }
        return model;
    }

    /// <summary>Weights of one parameter: norms near 1, matrices of deviation 0.3.</summary>
    public static float[] Values(Parameter p, int seed)
    {
        float[] values = TestData.Normal(seed, (int)p.Count, p.IsVector ? 0.05 : 0.3);
        return p.IsVector ? Array.ConvertAll(values, x => 1 + x) : values;
    }

    /// <summary>All weights as float32, parameter after parameter; of quantised ones the words.</summary>
    public static float[] Weights(Model model) => [.. model.Table.Parameters.SelectMany(p => Read(model, p))];

    /// <summary>All weights by name.</summary>
    public static Dictionary<string, double[]> WeightsByName(Model model) => model.Table.Parameters.ToDictionary(p => p.Name, p => Array.ConvertAll(Read(model, p), x => (double)x));

    /// <summary>Random token ids, none of them the end token 1.</summary>
    public static int[] Ids(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => 2 + random.Next(Vocabulary - 2))];

    private static float[] Read(Model model, Parameter p)
    {
        if (p.Format is not null)
        {
            var codes = new int[model.QuantisedWeight(p).Words.Count];
            model.Backend.Download<int>(codes, model.QuantisedWeight(p).Words);
            return Array.ConvertAll(codes, BitConverter.Int32BitsToSingle);
        }
        if (p.Type == DType.Float32)
        {
            var values = new float[p.Count];
            model.Backend.Download<float>(values, model.Weight(p));
            return values;
        }
        var narrow = new ushort[p.Count];
        model.Backend.Download<ushort>(narrow, model.Weight(p));
        return Array.ConvertAll(narrow, Bf16.ToSingle);
    }
}
