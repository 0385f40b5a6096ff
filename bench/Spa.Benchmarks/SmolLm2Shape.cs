using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;

namespace Spa.Benchmarks;

/// <summary>A model of SmolLM2-135M's shape with normal random weights: 30 layers, width 576, 9 heads on 3, vocabulary 49,152, tied.</summary>
internal static class SmolLm2Shape
{
    /// <summary>Parameters that multiply (the embedding counts once, as the head).</summary>
    public const double Parameters = 134.5e6;

    private const string Config = """
        {"model_type":"llama","vocab_size":49152,"hidden_size":576,"intermediate_size":1536,"num_hidden_layers":30,"num_attention_heads":9,
        "num_key_value_heads":3,"max_position_embeddings":8192,"rms_norm_eps":1e-5,"rope_theta":100000,"tie_word_embeddings":true}
        """;

    public static Model Create(CpuBackend backend)
    {
        JsonObject json = JsonNode.Parse(Config)!.AsObject();
        var reader = new ConfigReader(json, "benchmark");
        ModelFamily family = ModelFamily.Find(reader);
        var model = new Model(backend, family, family.Load(reader), json, DType.Float32);
        foreach (Parameter p in model.Table.Parameters)
        {
            var random = new Random(p.Name.Length + (int)(p.Offset % 65536));
            var values = new float[p.Count];
            // Norms near 1, matrices at the scale of a trained model.
            for (int i = 0; i < values.Length; i++)
                values[i] = p.IsVector ? 1 + 0.1f * (random.NextSingle() - 0.5f) : 0.07f * (random.NextSingle() + random.NextSingle() - 1);
            backend.Upload<float>(model.Weight(p), values);
        }
        return model;
    }

    /// <summary>Random token ids.</summary>
    public static int[] Tokens(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(3, 49152))];
    }
}
