using Spa.Engine.Compute;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Models.Adapters;

/// <summary>Adapters beside bfloat16 activations on CUDA: kept in bfloat16, written in float32.</summary>
internal sealed class Bf16AdapterTests
{
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
        Model adapted = AdapterFiles.Create(model, new AdapterSettings { Rank = 4, Alpha = 6, UseRslora = true, TargetModules = ["all-linear"] }, 7);
        foreach (AdapterModule m in adapted.Adapter!.Layout.Modules)
        {
            float[] values = TestData.Normal(m.Rows + m.Start + 31 * m.Layer, m.Rows * m.Rank, 0.05);
            Tensor b = adapted.Adapter.Weight(adapted.Trainable[m.B]);
            model.Backend.Upload<ushort>(b, Array.ConvertAll(values, Bf16.FromSingle));
        }
        return adapted;
    }
}
