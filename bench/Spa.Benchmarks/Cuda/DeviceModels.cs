using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;

namespace Spa.Benchmarks.Cuda;

/// <summary>Llama-shaped models of random bfloat16 weights; the shapes of bench/peers/gpu/model.py.</summary>
internal static class DeviceModels
{
    // Of normal numbers: what models are initialised with.
    private const float WeightScale = 0.02f;

    /// <summary>config.json of the shape that a case names.</summary>
    public static JsonObject Config(DeviceCase c) => c.Text("model") switch
    {
        "smollm2-135m" => Llama(576, 30, 9, 3, 64, 1536, 49152, tied: true),
        "mistral-7b" => Llama(4096, 32, 32, 8, 128, 14336, 32000, tied: false),
        "tiny" => Llama(64, 2, 4, 2, 16, 128, 512, tied: true),
        var name => throw new ArgumentException($"model '{name}': expected smollm2-135m, mistral-7b or tiny"),
    };

    /// <summary>A model of one small block, for its head.</summary>
    public static JsonObject HeadOnly(int hidden, int vocabulary) => Llama(hidden, 1, 1, 1, 16, 16, vocabulary, tied: false);

    /// <summary>A model whose weights are the same for the same seed.</summary>
    public static Model Create(ComputeBackend backend, JsonObject json, int seed)
    {
        var reader = new ConfigReader(json, "benchmark");
        ModelFamily family = ModelFamily.Find(reader);
        var model = new Model(backend, family, family.Load(reader), json, DType.BFloat16);
        // Enough distinct numbers; larger matrices repeat them.
        var random = new Random(seed);
        var values = new float[1 << 20];
        for (int i = 0; i < values.Length; i++) values[i] = WeightScale * (random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2) * 1.732f;
        float[] ones = [.. Enumerable.Repeat(1f, 1 << 16)];
        foreach (Parameter parameter in model.Table.Parameters) Fill(backend, model.Weight(parameter), parameter.IsVector ? ones : values);
        return model;
    }

    /// <summary>Numbers of all matrices that multiply, the head included.</summary>
    public static double Parameters(DeviceCase c)
    {
        JsonObject s = Config(c);
        double hidden = Number(s, "hidden_size"), queries = Number(s, "num_attention_heads") * Number(s, "head_dim"), keys = Number(s, "num_key_value_heads") * Number(s, "head_dim");
        return Number(s, "num_hidden_layers") * hidden * (2 * queries + 2 * keys + 3 * Number(s, "intermediate_size")) + Number(s, "vocab_size") * hidden;
    }

    /// <summary>Operations of the two products of causal attention, a token of a sequence of <paramref name="length"/>.</summary>
    public static double AttentionFlops(DeviceCase c, int length)
    {
        JsonObject s = Config(c);
        return 2.0 * Number(s, "num_attention_heads") * Number(s, "head_dim") * length * Number(s, "num_hidden_layers");
    }

    /// <summary>Random ids.</summary>
    public static int[] Tokens(DeviceCase c, int seed, int count)
    {
        int vocabulary = (int)Number(Config(c), "vocab_size");
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(3, vocabulary))];
    }

    private static void Fill(ComputeBackend backend, Tensor weight, float[] values)
    {
        Tensor flat = weight.Flat(0, weight.Count);
        using Arena arena = backend.CreateArena("values", 4L * values.Length);
        Tensor block = arena.Take("values", DType.Float32, values.Length, 1);
        backend.Upload<float>(block, values);
        for (long at = 0; at < flat.Count; at += values.Length)
        {
            long count = Math.Min(values.Length, flat.Count - at);
            backend.Copy(flat.Flat(at, count), block.Flat(0, count));
        }

        backend.Synchronize();
    }

    private static double Number(JsonObject json, string key) => json[key]!.GetValue<int>();

    private static JsonObject Llama(int hidden, int layers, int heads, int kvHeads, int headDim, int intermediate, int vocabulary, bool tied) => new()
    {
        ["model_type"] = "llama",
        ["vocab_size"] = vocabulary,
        ["hidden_size"] = hidden,
        ["intermediate_size"] = intermediate,
        ["num_hidden_layers"] = layers,
        ["num_attention_heads"] = heads,
        ["num_key_value_heads"] = kvHeads,
        ["head_dim"] = headDim,
        ["max_position_embeddings"] = 8192,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["tie_word_embeddings"] = tied,
    };
}
