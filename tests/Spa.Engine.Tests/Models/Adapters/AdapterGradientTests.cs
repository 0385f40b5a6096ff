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

/// <summary>
/// An adapted model against the whole model with W' = W + s B A (or DoRA's) in the weights, made in double: the same log-probs, and gradients of A, B and magnitude that follow from the whole
/// model's dW' by the chain rule in double, which the golden models prove.
/// </summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
public sealed class AdapterGradientTests(TestedBackend tested)
{
    private static readonly string[] s_families = ["llama", "phi3", "phi", "gemma2", "qwen3", "qwen2", "mistral"];

    [Test]
    public void Gradients_are_those_of_the_merged_model_by_the_chain_rule([ValueSource(nameof(s_families))] string family, [Values] bool dora)
    {
        // The emulator takes half a minute for what differs between families only in code that both backends share.
        if (tested != TestedBackend.Cpu && family is not ("llama" or "phi3")) Assert.Ignore("one backend is enough for this family");
        using ComputeBackend backend = tested.Create();
        using Model whole = Load(backend, family), again = Load(backend, family);
        using Model adapted = AdapterFiles.Create(whole, new AdapterSettings { Rank = 4, Alpha = 6, UseDora = dora, TargetModules = ["all-linear"] }, 7);
        Assert.That(adapted.SharesWeights(whole));
        Randomise(adapted);

        Dictionary<string, double[]> merged = adapted.Adapter!.Layout.Modules.ToDictionary(m => m.Name, m => Merged(adapted, m));
        foreach ((string name, double[] values) in merged) backend.Upload<float>(again.Weight(again.Table[name + ".weight"]), Array.ConvertAll(values, x => (float)x));
        (double Loss, Func<Parameter, float[]> Of) expected = Pass(again), actual = Pass(adapted);
        Assert.That(actual.Loss, Is.EqualTo(expected.Loss).Within(2e-5));
        foreach (AdapterModule m in adapted.Adapter.Layout.Modules)
        {
            float[] dw = expected.Of(again.Table[m.Name + ".weight"]);
            (double[] da, double[] db, double[] dm) = ChainRule(adapted, m, dw, dora);
            Close(actual.Of(adapted.Trainable[m.A]), da, m.A);
            Close(actual.Of(adapted.Trainable[m.B]), db, m.B);
            if (dora) Close(actual.Of(adapted.Trainable[m.Magnitude]), dm, m.Magnitude);
        }

        AdapterMerge.Apply(adapted);
        foreach ((string name, double[] values) in merged)
            Everywhere.AssertClose(Everywhere.ReadAny(backend, whole.Weight(whole.Table[name + ".weight"])), values, 1e-6, 1e-5, name);
    }

    private static Model Load(ComputeBackend backend, string family)
    {
        string folder = Fixtures.Require($"fixtures/models/{family}"), config = Path.Combine(folder, "config.json");
        using TensorSource source = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        return ModelLoader.Load(backend, source, JsonNode.Parse(File.ReadAllText(config))!.AsObject(), config, DType.Float32);
    }

    private static void Randomise(Model adapted)
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

    private static (double Loss, Func<Parameter, float[]> Of) Pass(Model model)
    {
        using var state = new PolicyState(model);
        var random = new Random(3);
        int[] Ids(int n) => [.. Enumerable.Range(0, n).Select(_ => random.Next(3, model.Config.VocabSize))];
        TokenizedExample[] examples = [.. new[] { 9, 14 }.Select(n => new TokenizedExample(Ids(n), [.. Enumerable.Range(0, n).Select(i => i > 2)], true))];
        using var task = new SftTask(state, examples, new TrainerSettings { MicroBatch = 2 });
        state.BeginUpdate(1, 0);
        task.BeginUpdate([0, 1], new UpdateContext(0, 1, 1));
        var metrics = new MetricSums(task.MetricNames);
        task.RunMicroBatch([0, 1], metrics);
        var gradients = new float[state.Gradients.Flat.Count];
        model.Backend.Download<float>(gradients, state.Gradients.Flat);
        return (metrics[0], p => gradients[(int)p.Offset..(int)(p.Offset + p.Count)]);
    }

    private static double[] Merged(Model model, AdapterModule m)
    {
        double[] combined = Combined(model, m);
        if (!model.Adapter!.Layout.IsDora) return combined;
        float[] magnitude = Read(model, m.Magnitude);
        for (int i = 0; i < m.Rows; i++)
        {
            double factor = magnitude[i] / Norm(combined, m, i);
            for (int k = 0; k < m.Columns; k++) combined[i * m.Columns + k] *= factor;
        }
        return combined;
    }

    private static double[] Combined(Model model, AdapterModule m)
    {
        float[] w = Everywhere.ReadAny(model.Backend, model.Weight(model.Table[m.Name + ".weight"])), a = Read(model, m.A), b = Read(model, m.B);
        var combined = new double[w.Length];
        for (int i = 0; i < m.Rows; i++)
        {
            for (int k = 0; k < m.Columns; k++)
            {
                double sum = 0;
                for (int r = 0; r < m.Rank; r++) sum += (double)b[i * m.Rank + r] * a[r * m.Columns + k];
                combined[i * m.Columns + k] = w[i * m.Columns + k] + 6.0 / 4 * sum;
            }
        }
        return combined;
    }

    // W' = g (W + s B A), g = m / norm with the norm held fixed (DoRA section 4.3): dB = s (g dW') A^T, dA = s B^T (g dW'), dm = sum_k dW' (W + s B A) / norm.
    private static (double[] A, double[] B, double[] Magnitude) ChainRule(Model model, AdapterModule m, float[] dw, bool dora)
    {
        float[] a = Read(model, m.A), b = Read(model, m.B);
        double[] combined = Combined(model, m), da = new double[a.Length], db = new double[b.Length], dm = new double[m.Rows];
        float[]? magnitude = dora ? Read(model, m.Magnitude) : null;
        for (int i = 0; i < m.Rows; i++)
        {
            double norm = Norm(combined, m, i), g = dora ? magnitude![i] / norm : 1;
            for (int k = 0; k < m.Columns; k++)
            {
                double d = dw[i * m.Columns + k];
                dm[i] += d * combined[i * m.Columns + k] / norm;
                for (int r = 0; r < m.Rank; r++)
                {
                    db[i * m.Rank + r] += 1.5 * g * d * a[r * m.Columns + k];
                    da[r * m.Columns + k] += 1.5 * g * d * b[i * m.Rank + r];
                }
            }
        }
        return (da, db, dm);
    }

    private static double Norm(double[] combined, AdapterModule m, int row) => Math.Sqrt(combined.AsSpan(row * m.Columns, m.Columns).ToArray().Sum(x => x * x));

    private static float[] Read(Model model, string name) => Everywhere.ReadAny(model.Backend, model.Adapter!.Weight(model.Trainable[name]));

    // Two float32 models that round differently: the golden models' own bound for gradients, 1e-4 of the largest element.
    private static void Close(float[] actual, double[] expected, string what) =>
        Everywhere.AssertClose(actual, expected, 1e-4 * expected.Max(Math.Abs) + 1e-9, 1e-4, what);
}
