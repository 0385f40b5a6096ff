using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Support;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Models.Adapters;

/// <summary>Golden models of the families with adapters, and what a training pass makes of them.</summary>
internal static class AdapterModels
{
    /// <summary>q, k, v and gate, up apart and fused, plain MLPs, biases, qk-norm, post norms.</summary>
    public static readonly string[] Families = ["llama", "phi3", "phi", "gemma2", "qwen3", "qwen2", "mistral"];

    /// <summary>A golden model of a family.</summary>
    public static Model Load(ComputeBackend backend, string family, QuantisedFormat? format = null, DType type = DType.Float32)
    {
        string folder = Fixtures.Require($"fixtures/models/{family}"), config = Path.Combine(folder, "config.json");
        using TensorSource source = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        return ModelLoader.Load(backend, source, Config(family), config, type, format: format);
    }

    /// <summary>The config.json of a golden model.</summary>
    public static JsonObject Config(string family) => JsonNode.Parse(File.ReadAllText(Path.Combine(Fixtures.Require($"fixtures/models/{family}"), "config.json")))!.AsObject();

    /// <summary>The two sequences of <see cref="Pass"/>.</summary>
    public static int[][] Sequences(Model model)
    {
        var random = new Random(3);
        return [.. new[] { 9, 14 }.Select(n => Enumerable.Range(0, n).Select(_ => random.Next(3, model.Config.VocabSize)).ToArray())];
    }

    /// <summary>B and magnitudes as after some training, the same for every model of a shape.</summary>
    public static void Randomise(Model adapted)
    {
        int seed = 50;
        foreach (AdapterModule m in adapted.Adapter!.Layout.Modules)
        {
            adapted.Backend.Upload<float>(adapted.Adapter.Weight(adapted.Trainable[m.B]), TestData.Normal(seed++, m.Rows * m.Rank, 0.05));
            if (!adapted.Adapter.Layout.IsDora) continue;
            float[] noise = TestData.Normal(seed++, m.Rows, 0.1), magnitude = Read(adapted, m.Magnitude);
            adapted.Backend.Upload<float>(adapted.Adapter.Weight(adapted.Trainable[m.Magnitude]), [.. magnitude.Zip(noise, (a, b) => a * (1 + b))]);
        }
        adapted.Adapter.Refresh(adapted);
    }

    /// <summary>The loss of two sequences, and every gradient.</summary>
    public static (double Loss, Func<Parameter, float[]> Of) Pass(Model model)
    {
        using var state = new PolicyState(model);
        TokenizedExample[] examples = [.. Sequences(model).Select(ids => new TokenizedExample(ids, [.. Enumerable.Range(0, ids.Length).Select(i => i > 2)], true))];
        using var task = new SftTask(state, examples, new TrainerSettings { MicroBatch = 2 });
        state.BeginUpdate(1, 0);
        task.BeginUpdate([0, 1], new UpdateContext(0, 1, 1));
        var metrics = new MetricSums(task.MetricNames);
        task.RunMicroBatch([0, 1], metrics);
        var gradients = new float[state.Gradients.Flat.Count];
        model.Backend.Download<float>(gradients, state.Gradients.Flat);
        return (metrics[0], p => gradients[(int)p.Offset..(int)(p.Offset + p.Count)]);
    }

    /// <summary>A parameter of the adapter.</summary>
    public static float[] Read(Model model, string name) => Everywhere.ReadAny(model.Backend, model.Adapter!.Weight(model.Trainable[name]));
}
