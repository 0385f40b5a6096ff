using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Tests.Compute;

namespace Spa.Engine.Tests.Models.Adapters;

/// <summary>
/// An adapted model against the whole model with W' = W + s B A (or DoRA's) in the weights, made in double: the same log-probs, and gradients of A, B and magnitude that follow from the whole
/// model's dW' by the chain rule in double, which the golden models prove.
/// </summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
public sealed class AdapterGradientTests(TestedBackend tested)
{
    [Test]
    public void Gradients_are_those_of_the_merged_model_by_the_chain_rule([ValueSource(typeof(AdapterModels), nameof(AdapterModels.Families))] string family, [Values] bool dora)
    {
        // The emulator takes half a minute for what differs between families only in code that both backends share.
        if (tested != TestedBackend.Cpu && family is not ("llama" or "phi3")) Assert.Ignore("one backend is enough for this family");
        using ComputeBackend backend = tested.Create();
        using Model whole = AdapterModels.Load(backend, family), again = AdapterModels.Load(backend, family);
        using Model adapted = AdapterFiles.Create(whole, new AdapterSettings { Rank = 4, Alpha = 6, UseDora = dora, TargetModules = ["all-linear"] }, 7);
        Assert.That(adapted.SharesWeights(whole));
        AdapterModels.Randomise(adapted);

        Dictionary<string, double[]> merged = adapted.Adapter!.Layout.Modules.ToDictionary(m => m.Name, m => Merged(adapted, m));
        foreach ((string name, double[] values) in merged) backend.Upload<float>(again.Weight(again.Table[name + ".weight"]), Array.ConvertAll(values, x => (float)x));
        (double Loss, Func<Parameter, float[]> Of) expected = AdapterModels.Pass(again), actual = AdapterModels.Pass(adapted);
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

    private static float[] Read(Model model, string name) => AdapterModels.Read(model, name);

    // Two float32 models that round differently: the golden models' own bound for gradients, 1e-4 of the largest element.
    private static void Close(float[] actual, double[] expected, string what) =>
        Everywhere.AssertClose(actual, expected, 1e-4 * expected.Max(Math.Abs) + 1e-9, 1e-4, what);
}
