using Spa.Engine.Compute;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Support;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Models.Adapters;

/// <summary>Adapters beside bfloat16 activations on CUDA: kept in bfloat16, written in float32.</summary>
internal sealed class Bf16AdapterTests
{
    private static readonly AdapterSettings s_settings = new() { Rank = 4, Alpha = 6, UseRslora = true, TargetModules = ["all-linear"] };

    /// <summary>
    /// Against float32 arithmetic on the same rounded weights, which the CPU backend does. The bound is that of <see cref="Bf16GoldenTests"/>: twice what the log-probs of a naive bfloat16 model are off by,
    /// here from rounded activations alone.
    /// </summary>
    [Test]
    public void Gradients_are_within_twice_the_error_of_a_naive_bfloat16_model([Values("llama", "phi3")] string family)
    {
        using ComputeBackend cuda = TestedBackend.CudaEmulator.Create(), cpu = TestedBackend.Cpu.Create();
        using Model whole = AdapterModels.Load(cuda, family, null, DType.BFloat16), exactWhole = AdapterModels.Load(cpu, family, null, DType.BFloat16);
        using Model policy = Adapted(whole), exact = AdapterFiles.Create(exactWhole, s_settings, 7);
        foreach (Parameter p in exact.Trainable.Parameters) cpu.Upload<float>(exact.Adapter!.Weight(p), AdapterModels.Read(policy, p.Name));
        (double Loss, Func<Parameter, float[]> Of) found = AdapterModels.Pass(policy), expected = AdapterModels.Pass(exact);

        Dictionary<string, double[]> weights = TinyModel.WeightsByName(whole);
        ReferenceDecoder reference = new(AdapterModels.Config(family), weights), naive = new(AdapterModels.Config(family), weights, x => TensorBox.RoundToBf16((float)x));
        double bound = 2 * Math.Sqrt(AdapterModels.Sequences(whole).SelectMany(ids => reference.LogProbs(ids, ids.Length).Zip(naive.LogProbs(ids, ids.Length)))
            .SelectMany(row => row.First.Zip(row.Second, (a, b) => (a - b) * (a - b))).Average());
        Assert.Multiple(() =>
        {
            foreach (Parameter p in policy.Trainable.Parameters)
            {
                float[] actual = found.Of(p), want = expected.Of(exact.Trainable[p.Name]);
                double error = Math.Sqrt(actual.Zip(want, (a, b) => ((double)a - b) * ((double)a - b)).Sum() / want.Sum(a => (double)a * a));
                Assert.That(error, Is.LessThan(bound), $"gradient of {p.Name}, relative in norm");
            }
        });
    }

    [Test]
    public void What_is_written_is_the_float32_master()
    {
        using ComputeBackend cuda = TestedBackend.CudaEmulator.Create();
        using Model whole = AdapterModels.Load(cuda, "llama", null, DType.BFloat16), policy = Adapted(whole);
        using var state = new PolicyState(policy);
        // Less than half a unit of bfloat16 away from what the adapter holds.
        float[] master = new float[state.Master.Count];
        cuda.Download<float>(master, state.Master);
        for (int i = 0; i < master.Length; i++) master[i] *= 1 + 1e-4f * (i % 7);
        cuda.Upload<float>(state.Master, master);
        using var folder = new TempFolder();
        string file = Path.Combine(folder.Path, "adapter.safetensors");
        SafetensorsWriter.Write(file, AdapterFiles.Contents(policy, state.Master));
        Dictionary<string, (long[] Shape, float[] Values)> written = SafetensorsSpecification.ReadFloats(file);
        foreach (Parameter p in state.Table.Parameters) Everywhere.AssertSameBits(written[p.Name].Values, master[(int)p.Offset..(int)(p.Offset + p.Count)], p.Name);
    }

    private static Model Adapted(Model model)
    {
        Model adapted = AdapterFiles.Create(model, s_settings, 7);
        foreach (AdapterModule m in adapted.Adapter!.Layout.Modules)
        {
            float[] values = TestData.Normal(m.Rows + m.Start + 31 * m.Layer, m.Rows * m.Rank, 0.05);
            Tensor b = adapted.Adapter.Weight(adapted.Trainable[m.B]);
            model.Backend.Upload<ushort>(b, Array.ConvertAll(values, Bf16.FromSingle));
        }
        return adapted;
    }
}
