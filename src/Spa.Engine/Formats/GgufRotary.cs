using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>Rotary embedding as GGUF stores it, and the settings of config.json that it stands for.</summary>
internal static class GgufRotary
{
    /// <summary>LongRoPE's divisors of the frequencies up to the original length.</summary>
    public const string ShortName = "rope_factors_short.weight";

    /// <summary>Those beyond it.</summary>
    public const string LongName = "rope_factors_long.weight";

    // The factor was stored as float32.
    private const double Tolerance = 1e-6;

    /// <summary><c>rope_scaling</c> of the kinds that are numbers alone (linear, yarn), or null.</summary>
    public static JsonObject? Scaling(GgufKeys keys)
    {
        string kind = keys.Text("rope.scaling.type") ?? "none";
        if (kind is "none" or "longrope") return null;
        if (kind is not ("linear" or "yarn")) throw keys.Unsupported("rope.scaling.type", kind, "none, linear, yarn, longrope");
        var scaling = new JsonObject { ["rope_type"] = kind, ["factor"] = keys.Number("rope.scaling.factor") ?? throw keys.Missing("rope.scaling.factor") };
        if (kind == "linear") return scaling;
        scaling["original_max_position_embeddings"] = keys.Size("rope.scaling.original_context_length", keys.Size("context_length"));
        if (keys.Number("rope.scaling.yarn_beta_fast") is { } fast) scaling["beta_fast"] = fast;
        if (keys.Number("rope.scaling.yarn_beta_slow") is { } slow) scaling["beta_slow"] = slow;
        return scaling;
    }

    /// <summary>Adds Llama 3's scaling where the file has its factors, which stand for settings.</summary>
    public static void AddLlama3(GgufKeys keys, JsonObject config)
    {
        if (!keys.HasTensor(Llama3Factors.TensorName)) return;
        config["rope_scaling"] = Llama3Factors.Recognise(Factors(keys, Llama3Factors.TensorName), keys.File.Metadata.GetValueOrDefault(Llama3Factors.Key),
            config["rope_theta"]!.GetValue<double>(), GgufConfig.HeadSize(keys))
            ?? throw new SpaException($"'{keys.File.Path}' stores rotary frequencies ('{Llama3Factors.TensorName}') that are not those of Llama 3.1 or later, which is not supported "
                + "in GGUF; use the model's Hugging Face folder");
    }

    /// <summary>Adds LongRoPE where the file has its factors.</summary>
    public static void AddLongRope(GgufKeys keys, JsonObject config)
    {
        long positions = keys.Size("context_length"), original = keys.Size("rope.scaling.original_context_length", positions);
        config["original_max_position_embeddings"] = original;
        if (!keys.HasTensor(ShortName) && !keys.HasTensor(LongName)) return;
        var scaling = new JsonObject { ["rope_type"] = "longrope", ["short_factor"] = List(keys, ShortName), ["long_factor"] = List(keys, LongName) };
        // What follows from the lengths is better than its float32.
        double scale = (double)positions / original, computed = scale <= 1 ? 1 : Math.Sqrt(1 + Math.Log(scale) / Math.Log(original));
        if (keys.Number("rope.scaling.attn_factor") is { } stored && Math.Abs(stored - computed) > Tolerance * computed) scaling["attention_factor"] = stored;
        config["rope_scaling"] = scaling;
    }

    /// <summary>Adds <c>partial_rotary_factor</c>: the share that gives the file's number of rotated elements again.</summary>
    public static void AddShare(GgufKeys keys, JsonObject config)
    {
        int head = GgufConfig.HeadSize(keys);
        long rotated = keys.Size("rope.dimension_count", head);
        double share = (double)rotated / head;
        config["partial_rotary_factor"] = (long)(head * share) == rotated ? share : Math.BitIncrement(share);
    }

    /// <summary>Throws unless whole heads are rotated, for families that cannot do otherwise.</summary>
    public static void RequireWhole(GgufKeys keys)
    {
        int head = GgufConfig.HeadSize(keys);
        if (keys.Size("rope.dimension_count", head) is var rotated && rotated != head) throw keys.Unsupported("rope.dimension_count", $"{rotated}", $"{head}, whole heads");
    }

    private static float[] Factors(GgufKeys keys, string name)
    {
        float[] factors = new float[keys.File.Find(name).Count is <= 1 << 16 and var count ? count : 0];
        if (factors.Length > 0) keys.File.ReadFloat32(name, factors);
        return factors;
    }

    // 1.1 was stored as float32; a config.json says 1.1.
    private static JsonArray List(GgufKeys keys, string name) => [.. Factors(keys, name).Select(x => float.IsFinite(x) ? JsonNode.Parse(x.ToString("R")) : (double)x)];
}
