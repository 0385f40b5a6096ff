using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>A warm op allocates no managed memory, on the caller's thread or on the pool's. Alone, because the second count is the process's.</summary>
[NonParallelizable]
public sealed class AllocationTests
{
    private const int Rows = 6;
    private const int Columns = 2100;

    [Test]
    public void A_warm_row_op_allocates_nothing([Values(1, 2)] int threads)
    {
        using CpuBackend backend = new(new CpuOptions { Threads = threads }) { Grain = 1 };
        using TensorBox box = new(backend);
        Action all = AllOps(backend, box);
        for (int i = 0; i < 3; i++) all();

        // Something else in the process may allocate in between (a timer of the test host), so the least of five is what counts.
        long caller = long.MaxValue, process = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long callerBefore = GC.GetAllocatedBytesForCurrentThread(), processBefore = GC.GetTotalAllocatedBytes(precise: true);
            all();
            process = Math.Min(process, GC.GetTotalAllocatedBytes(precise: true) - processBefore);
            caller = Math.Min(caller, GC.GetAllocatedBytesForCurrentThread() - callerBefore);
        }
        Assert.That(caller, Is.Zero, "bytes on the caller's thread");
        Assert.That(process, Is.Zero, "bytes in the process");
    }

    private static Action AllOps(CpuBackend backend, TensorBox box)
    {
        Tensor a = box.Zeros(Rows, Columns), b = box.Zeros(Rows, Columns), wide = box.Zeros(Rows, 2 * Columns), narrow = box.Bf16(new float[Rows * Columns], Rows, Columns);
        Tensor weight = box.Zeros(1, Columns), dweight = box.Zeros(1, Columns), bias = box.Zeros(1, Columns), rstd = box.Zeros(Rows, 1), statistics = box.Zeros(Rows, 2);
        Tensor ids = box.Ints(0, 1, 2, 3, 4, 5), norm = box.Zeros(1, 1), tokens = box.PoisonedInts(Rows, 1), topIds = box.PoisonedInts(Rows, 3), topLogps = box.Zeros(Rows, 3);
        Tensor table = box.Zeros(Rows, 6), flat = a.Reshape(Rows * Columns, 1), m = box.Zeros(Rows * Columns, 1), v = box.Zeros(Rows * Columns, 1), g = box.Zeros(Rows * Columns, 1);
        LogProbRows outputs = new() { Policy = box.Zeros(Rows, 1), PolicyLse = box.Zeros(Rows, 1), Reference = box.Zeros(Rows, 1), Extrapolated = box.Zeros(Rows, 1), Entropy = box.Zeros(Rows, 1), MeanLogit = box.Zeros(Rows, 1), Top1 = box.Zeros(Rows, 1) };
        Tensor sampling = box.Settings(Enumerable.Range(0, Rows).Select(i => new SamplingRow { Temperature = i % 3, TopK = i % 2 * 9, TopP = i < 3 ? 1 : 0.9f }).ToArray());
        QuantisedWeight quantised = DequantiseWeightTests.Quantised(box, new float[Rows * Columns], Rows, Columns, new QuantisedFormat(WeightCode.Nf4, true));
        AdamWStep step = new(1e-3, 0.9, 0.999, 1e-8, 0.01, 1, 1);
        return () =>
        {
            backend.Zero(a);
            backend.Copy(narrow, a);
            backend.Copy(a, narrow);
            backend.DequantiseWeight(a, quantised);
            backend.DequantiseWeight(narrow, quantised);
            backend.Add(a, b);
            backend.BiasBackward(dweight, a);
            backend.EmbeddingForward(a, ids, b, 2);
            backend.EmbeddingBackward(b, ids, a, 2);
            backend.GatherRows(a, b, ids);
            backend.ScatterRowsAdd(b, a, ids);
            backend.RmsNormForward(a, rstd, b, weight, 1e-5f, true, a);
            backend.RmsNormBackward(a, dweight, b, a, weight, rstd, true, true);
            backend.LayerNormForward(a, statistics, b, weight, bias, 1e-5f, a);
            backend.LayerNormBackward(a, dweight, bias, b, a, weight, statistics, true);
            backend.Rotary(a, ids, table, 7, false, false);
            backend.Rotary(a, ids, table, 7, true, true);
            foreach (ActivationKind kind in s_kinds)
            {
                backend.GluForward(a, wide, kind);
                backend.GluBackward(wide, a, wide, kind, a);
                backend.ActivationForward(a, b, kind);
                backend.ActivationBackward(a, a, b, kind);
            }
            backend.LogProbForward(outputs, a, b, ids, 0.5f, 3);
            backend.LogProbBackward(a, outputs.PolicyLse, ids, outputs.Policy, 3);
            backend.GradientNorm(norm, g);
            backend.AdamW(flat, default, g, m, v, norm, step);
            backend.Sample(tokens, outputs.Policy, b, sampling, 3);
            backend.TopLogProbs(topIds, topLogps, b, 0);
        };
    }

    private static readonly ActivationKind[] s_kinds = Enum.GetValues<ActivationKind>();
}
