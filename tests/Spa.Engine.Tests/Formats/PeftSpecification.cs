using System.Text.Json.Nodes;

namespace Spa.Engine.Tests.Formats;

/// <summary>
/// A PEFT adapter folder read by PEFT's own layout, with nothing of the engine: adapter_config.json says how, adapter_model.safetensors has for every adapted module M the tensors
/// base_model.model.M.lora_A.weight [r, K], .lora_B.weight [N, r] and, with DoRA, .lora_magnitude_vector [N].
/// </summary>
internal sealed class PeftSpecification
{
    private const string Prefix = "base_model.model.";

    public required JsonObject Config { get; init; }

    /// <summary>By module: A [r][K], B [N][r], magnitude [N] or null.</summary>
    public Dictionary<string, (double[][] A, double[][] B, double[]? Magnitude)> Modules { get; } = [];

    public static PeftSpecification Read(string folder)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!.AsObject();
        var adapter = new PeftSpecification { Config = config };
        Assert.That(config["peft_type"]!.GetValue<string>(), Is.EqualTo("LORA"));
        Assert.That(config["task_type"]!.GetValue<string>(), Is.EqualTo("CAUSAL_LM"));
        Assert.That(config["bias"]!.GetValue<string>(), Is.EqualTo("none"));
        Assert.That(config["modules_to_save"], Is.Null);
        int rank = config["r"]!.GetValue<int>();
        bool dora = config["use_dora"]!.GetValue<bool>();
        Dictionary<string, (long[] Shape, float[] Values)> tensors = SafetensorsSpecification.ReadFloats(Path.Combine(folder, "adapter_model.safetensors"));
        string[] targets = [.. config["target_modules"]!.AsArray().Select(target => target!.GetValue<string>())];
        foreach (string name in tensors.Keys.Where(name => name.EndsWith(".lora_A.weight", StringComparison.Ordinal)))
        {
            Assert.That(name, Does.StartWith(Prefix));
            string module = name[Prefix.Length..^".lora_A.weight".Length];
            Assert.That(targets.Any(target => module == target || module.EndsWith("." + target, StringComparison.Ordinal)), $"{module} is a target");
            (long[] aShape, float[] a) = tensors[name];
            (long[] bShape, float[] b) = tensors[$"{Prefix}{module}.lora_B.weight"];
            Assert.That((aShape.Length, bShape.Length, aShape[0], bShape[1]), Is.EqualTo((2, 2, (long)rank, (long)rank)), module);
            double[]? magnitude = null;
            if (dora)
            {
                (long[] shape, float[] values) = tensors[$"{Prefix}{module}.lora_magnitude_vector"];
                Assert.That(shape, Is.EqualTo(new[] { bShape[0] }), module);
                magnitude = Array.ConvertAll(values, x => (double)x);
            }
            adapter.Modules.Add(module, (Rows(a, aShape), Rows(b, bShape), magnitude));
        }
        Assert.That(tensors, Has.Count.EqualTo(adapter.Modules.Count * (dora ? 3 : 2)), "nothing but adapters");
        return adapter;
    }

    /// <summary>W' of a module in double: W + s B A, or DoRA's m (W + s B A) / |W + s B A| by rows.</summary>
    public double[] Merged(string module, float[] weight)
    {
        (double[][] a, double[][] b, double[]? magnitude) = Modules[module];
        double rank = a.Length, alpha = Config["lora_alpha"]!.GetValue<double>(), scale = alpha / (Config["use_rslora"]!.GetValue<bool>() ? Math.Sqrt(rank) : rank);
        int columns = a[0].Length;
        var merged = new double[weight.Length];
        for (int i = 0; i < b.Length; i++)
        {
            double squares = 0;
            for (int k = 0; k < columns; k++)
            {
                double sum = weight[i * columns + k];
                for (int r = 0; r < a.Length; r++) sum += scale * b[i][r] * a[r][k];
                (merged[i * columns + k], squares) = (sum, squares + sum * sum);
            }
            if (magnitude is null) continue;
            for (int k = 0; k < columns; k++) merged[i * columns + k] *= magnitude[i] / Math.Sqrt(squares);
        }
        return merged;
    }

    private static double[][] Rows(float[] values, long[] shape) => [.. values.Chunk((int)shape[1]).Select(row => Array.ConvertAll(row, x => (double)x))];
}
