using System.Text.Json.Nodes;

namespace Spa.Engine.Tests.Models;

/// <summary>
/// The published architectures in float64 and plain loops, one sequence at a time, straight from config.json and tensor names: the oracle of families that have no golden. It shares
/// no code with the engine.
/// </summary>
/// <param name="config">config.json.</param>
/// <param name="weights">By the names of the family's files.</param>
/// <param name="round">What every stored activation is rounded to: products, norms, rotated heads, attention's weights and results, activated gates, sums of the stream. Null: nothing is.
/// Rounding to bfloat16 makes it the naive model in bfloat16: exact inside an op, rounded between ops.</param>
internal sealed class ReferenceDecoder(JsonObject config, IReadOnlyDictionary<string, double[]> weights, Func<double, double>? round = null)
{
    private readonly string _type = (string)config["model_type"]!;
    private readonly int _hidden = (int)config["hidden_size"]!, _heads = (int)config["num_attention_heads"]!, _kvHeads = (int)config["num_key_value_heads"]!;

    private int D => (int?)config["head_dim"] ?? _hidden / _heads;

    private bool IsLayerNorm => _type == "stablelm";

    /// <summary>Log-probs [T][V] of the token after each, for a sequence that counts <paramref name="length"/> tokens.</summary>
    public double[][] LogProbs(int[] ids, int length)
    {
        double scale = _type == "gemma3_text" ? Math.Sqrt(_hidden) : 1;
        double[][] x = [.. ids.Select(id => weights["model.embed_tokens.weight"].AsSpan(id * _hidden, _hidden).ToArray().Select(v => v * scale).Select(Stored).ToArray())];
        for (int layer = 0; layer < (int)config["num_hidden_layers"]!; layer++) x = Block(x, layer, length);
        double[] head = weights.TryGetValue("lm_head.weight", out double[]? own) ? own : weights["model.embed_tokens.weight"];
        return [.. x.Select(row => LogSoftmax(Product(head, Norm(row, "model.norm"))))];
    }

    /// <summary>What a reward model's head makes of each row.</summary>
    public double[] Rewards(int[] ids)
    {
        double[][] x = [.. ids.Select(id => weights["model.embed_tokens.weight"].AsSpan(id * _hidden, _hidden).ToArray())];
        for (int layer = 0; layer < (int)config["num_hidden_layers"]!; layer++) x = Block(x, layer, ids.Length);
        return [.. x.Select(row => Product(weights["score.weight"], Norm(row, "model.norm"))[0])];
    }

    private double[][] Block(double[][] x, int layer, int length)
    {
        string p = $"model.layers.{layer}.";
        switch (_type)
        {
            case "olmo2":
                x = Add(x, Rows(Attention(x, layer, length), r => Norm(r, p + "post_attention_layernorm")));
                return Add(x, Rows(Rows(x, r => Mlp(r, p)), r => Norm(r, p + "post_feedforward_layernorm")));
            case "gemma3_text":
                x = Add(x, Rows(Attention(Rows(x, r => Norm(r, p + "input_layernorm")), layer, length), r => Norm(r, p + "post_attention_layernorm")));
                return Add(x, Rows(x, r => Norm(Mlp(Norm(r, p + "pre_feedforward_layernorm"), p), p + "post_feedforward_layernorm")));
            case "stablelm" when (bool?)config["use_parallel_residual"] == true:
                double[][] normed = Rows(x, r => Norm(r, p + "input_layernorm"));
                return Add(Add(x, Attention(normed, layer, length)), Rows(normed, r => Mlp(r, p)));
            default:
                x = Add(x, Attention(Rows(x, r => Norm(r, p + "input_layernorm")), layer, length));
                return Add(x, Rows(x, r => Mlp(Norm(r, p + "post_attention_layernorm"), p)));
        }
    }

    private double[][] Attention(double[][] x, int layer, int length)
    {
        string p = $"model.layers.{layer}.self_attn.";
        double[][] q, k, v;
        if (_type == "phi3")
        {
            double[][] all = Rows(x, r => Linear(r, p + "qkv_proj"));
            (q, k, v) = (Rows(all, r => r[..(_heads * D)]), Rows(all, r => r[(_heads * D)..((_heads + _kvHeads) * D)]), Rows(all, r => r[((_heads + _kvHeads) * D)..]));
        }
        else
        {
            (q, k, v) = (Rows(x, r => Linear(r, p + "q_proj")), Rows(x, r => Linear(r, p + "k_proj")), Rows(x, r => Linear(r, p + "v_proj")));
        }
        (q, k) = (Rows(q, r => QkNorm(r, p + "q_", _heads)), Rows(k, r => QkNorm(r, p + "k_", _kvHeads)));
        bool local = _type == "gemma3_text" && (layer + 1) % ((int?)config["sliding_window_pattern"] ?? 6) != 0;
        bool rotates = _type != "smollm3" || (config["no_rope_layers"] is JsonArray list ? (int)list[layer]! != 0 : (layer + 1) % ((int?)config["no_rope_layer_interval"] ?? 4) != 0);
        if (rotates)
        {
            (double[] frequencies, double factor) = Frequencies(local, length);
            for (int t = 0; t < x.Length; t++)
            {
                Rotate(q[t], frequencies, factor, t);
                Rotate(k[t], frequencies, factor, t);
            }
        }
        bool windowed = local || _type == "smollm3" && (bool?)config["use_sliding_window"] == true && !rotates;
        int window = windowed ? (int)config["sliding_window"]! : int.MaxValue;
        double scale = 1 / Math.Sqrt(_type == "gemma3_text" ? (double)config["query_pre_attn_scalar"]! : D);
        var output = new double[x.Length][];
        for (int t = 0; t < x.Length; t++)
        {
            output[t] = new double[_heads * D];
            for (int h = 0; h < _heads; h++)
            {
                int kv = h / (_heads / _kvHeads), first = Math.Max(0, t - window + 1);
                double[] scores = [.. Enumerable.Range(first, t - first + 1).Select(j => scale * Enumerable.Range(0, D).Sum(d => q[t][h * D + d] * k[j][kv * D + d]))];
                double[] shares = [.. LogSoftmax(scores).Select(Math.Exp).Select(Stored)];
                for (int j = 0; j < shares.Length; j++)
                    for (int d = 0; d < D; d++) output[t][h * D + d] += shares[j] * v[first + j][kv * D + d];
            }
        }
        return Rows(output, r => Linear(Store(r), p + "o_proj"));
    }

    private double[] QkNorm(double[] row, string p, int heads) => _type switch
    {
        "olmo2" => Norm(row, p + "norm"),
        "gemma3_text" => [.. Enumerable.Range(0, heads).SelectMany(h => Norm(row[(h * D)..((h + 1) * D)], p + "norm"))],
        "stablelm" when (bool?)config["qk_layernorm"] == true =>
            [.. Enumerable.Range(0, heads).SelectMany(h => Norm(row[(h * D)..((h + 1) * D)], p + $"layernorm.norms.{h}"))],
        _ => row,
    };

    // What the papers and transformers define, by rope_type; all frequencies rounded to float32 as they are stored there.
    private (double[] Frequencies, double Factor) Frequencies(bool local, int length)
    {
        JsonNode? scaling = local ? null : config["rope_scaling"];
        double theta = local ? (double)config["rope_local_base_freq"]! : (double)config["rope_theta"]!;
        double fraction = (double?)config["partial_rotary_factor"] ?? 1;
        int dims = (int)(D * fraction), max = (int)config["max_position_embeddings"]!;
        string kind = (string?)scaling?["rope_type"] ?? "default";
        double factor = (double?)scaling?["factor"] ?? 1;
        double[] powers = [.. Enumerable.Range(0, dims / 2).Select(i => Math.Pow(theta, 2.0 * i / dims))];
        switch (kind)
        {
            case "linear":
                return ([.. powers.Select(w => (double)(float)((float)(1 / w) / factor))], 1);
            case "dynamic":
                double grown = theta * Math.Pow(factor * Math.Max(length, max) / max - (factor - 1), dims / (dims - 2.0));
                return ([.. powers.Select((_, i) => (double)(float)(1 / Math.Pow((float)grown, 2.0 * i / dims)))], 1);
            case "llama3":
                double context = (double)scaling!["original_max_position_embeddings"]!, lowest = (double)scaling["low_freq_factor"]!, highest = (double)scaling["high_freq_factor"]!;
                return ([.. powers.Select(w =>
                {
                    double turns = context / (2 * Math.PI * w), smooth = Math.Clamp((turns - lowest) / (highest - lowest), 0, 1);
                    return (double)(float)((1 - smooth) / (w * factor) + smooth / w);
                })], 1);
            case "yarn":
                int original = (int)scaling!["original_max_position_embeddings"]!;
                double Dim(double turns) => dims * Math.Log(original / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
                double low = Math.Max(Math.Floor(Dim((double?)scaling["beta_fast"] ?? 32)), 0), high = Math.Min(Math.Ceiling(Dim((double?)scaling["beta_slow"] ?? 1)), dims - 1);
                if (low == high) high += 0.001;
                double[] mixed = [.. powers.Select((w, i) =>
                {
                    double ramp = Math.Clamp((i - low) / (high - low), 0, 1);
                    return (double)(float)(ramp / (factor * w) + (1 - ramp) / w);
                })];
                return (mixed, 0.1 * Math.Log(factor) + 1);
            case "longrope":
                int trained = (int)config["original_max_position_embeddings"]!;
                JsonArray divisors = scaling![length > trained ? "long_factor" : "short_factor"]!.AsArray();
                return ([.. powers.Select((w, i) => (double)(float)(1 / ((float)(double)divisors[i]! * w)))], Math.Sqrt(1 + Math.Log((double)max / trained) / Math.Log(trained)));
            default:
                return ([.. powers.Select(w => (double)(float)(1 / w))], 1);
        }
    }

    private void Rotate(double[] row, double[] frequencies, double factor, int position)
    {
        int half = frequencies.Length;
        for (int start = 0; start < row.Length; start += D)
        {
            for (int i = 0; i < half; i++)
            {
                (double cos, double sin) = (factor * Math.Cos(position * frequencies[i]), factor * Math.Sin(position * frequencies[i]));
                (double a, double b) = (row[start + i], row[start + i + half]);
                (row[start + i], row[start + i + half]) = (Stored(a * cos - b * sin), Stored(b * cos + a * sin));
            }
        }
    }

    private double[] Mlp(double[] x, string p)
    {
        double[] gate, up;
        if (_type == "phi3")
        {
            double[] both = Linear(x, p + "mlp.gate_up_proj");
            (gate, up) = (both[..(both.Length / 2)], both[(both.Length / 2)..]);
        }
        else
        {
            (gate, up) = (Linear(x, p + "mlp.gate_proj"), Linear(x, p + "mlp.up_proj"));
        }
        double Activate(double g) => _type == "gemma3_text" ? 0.5 * g * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (g + 0.044715 * g * g * g))) : g / (1 + Math.Exp(-g));
        return Linear([.. gate.Zip(up, (g, u) => Stored(Activate(g) * u))], p + "mlp.down_proj");
    }

    private double[] Norm(double[] x, string name)
    {
        double epsilon = (float)(double)config[IsLayerNorm ? "layer_norm_eps" : "rms_norm_eps"]!, mean = IsLayerNorm ? x.Average() : 0;
        double scale = 1 / Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + epsilon);
        double[] weight = weights[name + ".weight"];
        weights.TryGetValue(name + ".bias", out double[]? bias);
        double offset = _type == "gemma3_text" ? 1 : 0;
        return [.. x.Select((v, i) => Stored((v - mean) * scale * (weight[i] + offset) + (bias?[i] ?? 0)))];
    }

    private double[] Linear(double[] x, string name)
    {
        double[] y = Product(weights[name + ".weight"], x);
        return Store(weights.TryGetValue(name + ".bias", out double[]? bias) ? [.. y.Zip(bias, (a, b) => a + b)] : y);
    }

    private double Stored(double value) => round is null ? value : round(value);

    private double[] Store(double[] values) => round is null ? values : Array.ConvertAll(values, x => round(x));

    private double[][] Add(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (p, q) => Stored(p + q)).ToArray())];

    private static double[] Product(double[] matrix, double[] x)
    {
        var y = new double[matrix.Length / x.Length];
        for (int r = 0; r < y.Length; r++)
            for (int c = 0; c < x.Length; c++) y[r] += matrix[r * x.Length + c] * x[c];
        return y;
    }

    private static double[][] Rows(double[][] x, Func<double[], double[]> f) => [.. x.Select(f)];

    private static double[] LogSoftmax(double[] a)
    {
        double max = a.Max(), sum = Math.Log(a.Sum(v => Math.Exp(v - max))) + max;
        return [.. a.Select(v => v - sum)];
    }
}
