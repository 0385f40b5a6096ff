using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>Alone, because the workers' allocations show only in the total of the process.</summary>
[NonParallelizable]
internal sealed class MatMulAllocationTests
{
    [Test]
    public void A_warm_call_allocates_no_managed_memory_on_any_thread([ValueSource(typeof(SimdLevels), nameof(SimdLevels.Available))] SimdLevel level)
    {
        using var backend = new CpuBackend(new CpuOptions { Simd = level, Threads = 3 });
        using var box = new TensorBox(backend);
        Tensor a = box.Zeros(100, 1100), b = box.Zeros(300, 1100), output = box.Zeros(100, 300), gradient = box.Zeros(1100, 300);
        Tensor packed = backend.TakePacked(box.Arena(320 * 1100 * 4), "packed", b);
        Step();
        Step();

        // The test host's own threads may allocate meanwhile, so the total must be still in one round of several; the caller's count in every one.
        long least = long.MaxValue;
        for (int round = 0; round < 10; round++)
        {
            long total = GC.GetTotalAllocatedBytes(precise: true), own = GC.GetAllocatedBytesForCurrentThread();
            Step();
            own = GC.GetAllocatedBytesForCurrentThread() - own;
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - total);
            Assert.That(own, Is.Zero);
        }
        Assert.That(least, Is.Zero);

        void Step()
        {
            backend.PackWeight(packed, b);
            backend.MatMul(output, a, b, transposeB: true);
            backend.MatMul(output, a, packed, transposeB: true, accumulate: true, residual: output);
            backend.MatMul(gradient, a, output, transposeA: true, accumulate: true);
        }
    }
}
