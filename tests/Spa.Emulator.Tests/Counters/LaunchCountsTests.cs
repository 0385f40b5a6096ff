using Spa.Emulator.Counters;
using Spa.Emulator.Tests.Kernels;
using Spa.Interop;

namespace Spa.Emulator.Tests.Counters;

[TestFixture]
internal sealed class LaunchCountsTests
{
    private static readonly EmulatorOptions s_counting = new() { Count = true };

    [Test]
    public void A_coalesced_copy_has_four_sectors_of_32_bytes_a_request_and_a_strided_one_32()
    {
        using Bench bench = new("elementwise", s_counting);
        ulong from = bench.Upload(new float[1024 * 8]), to = bench.Allocate<float>(1024);
        bench.Launch("copy_strided", LaunchGeometry.Linear(8, 128), from, to, 1024, 1);
        LaunchCounts dense = bench.Counts;
        bench.Launch("copy_strided", LaunchGeometry.Linear(8, 128), from, to, 1024, 8);
        LaunchCounts strided = bench.Counts;
        Assert.That((dense.GlobalLoads, dense.GlobalLoadSectors, dense.GlobalLoadBytes), Is.EqualTo((32L, 128L, 4096L)));
        Assert.That((dense.GlobalStores, dense.GlobalStoreSectors, dense.SectorsPerRequest), Is.EqualTo((32L, 128L, 4.0)));
        Assert.That((strided.GlobalLoads, strided.GlobalLoadSectors, strided.GlobalStoreSectors), Is.EqualTo((32L, 1024L, 128L)));
    }

    [Test]
    public void Padding_takes_the_bank_conflicts_away()
    {
        using Bench bench = new("tiles", s_counting);
        ulong from = bench.Upload(new float[32 * 32]), to = bench.Allocate<float>(32 * 32);
        LaunchGeometry geometry = new(1, 1, 1, 32, 8, 1, 0);
        bench.Launch("transpose_conflicts", geometry, from, to, 32);
        LaunchCounts plain = bench.Counts;
        bench.Launch("transpose_padded", geometry, from, to, 32);
        // 32 rows are read down a column each: 32 passes instead of one.
        Assert.That((plain.SharedRequests, plain.SharedPasses, plain.BankConflicts), Is.EqualTo((64L, 32L + 32 * 32, 32L * 31)));
        Assert.That((bench.Counts.SharedPasses, bench.Counts.BankConflicts), Is.EqualTo((64L, 0L)));
    }

    [Test]
    public void Operations_and_matrix_operations_are_counted_apart()
    {
        using Bench bench = new("tensor", s_counting);
        ulong a = bench.Upload(new ushort[16 * 64]), b = bench.Upload(new ushort[8 * 64]), c = bench.Allocate<float>(16 * 8);
        bench.Launch("mma_bf16", LaunchGeometry.Linear(1, 32), a, b, c, 64);
        Assert.That(bench.Counts.MatrixFlops, Is.EqualTo(2L * 16 * 8 * 64));
        Assert.That(bench.Counts.Of(InstructionClass.Matrix), Is.EqualTo(4));
        Assert.That(bench.Counts.Flops, Is.Zero);
        Assert.That(bench.Counts.GlobalLoadBytes, Is.EqualTo(2L * (16 + 8) * 64));
    }

    [Test]
    public void Divergence_shows_in_the_active_lanes()
    {
        using Bench bench = new("control", s_counting);
        ulong steps = bench.Allocate<int>(64), longest = bench.Allocate<int>(64);
        bench.Launch("diverge", LaunchGeometry.Linear(2, 32), steps, longest, 64);
        Assert.That(bench.Counts.ActiveLanes, Is.GreaterThan(1).And.LessThan(24));
    }

    [Test]
    public void Counts_are_the_same_in_every_order_and_add_up()
    {
        LaunchCounts Run(int seed)
        {
            using Bench bench = new("reductions", s_counting with { Seed = seed });
            ulong from = bench.Upload(new float[5000]), partials = bench.Allocate<float>(9), total = bench.Allocate<float>(1);
            bench.Launch("sum_rows", LaunchGeometry.Linear(5, 64), from, partials, 1000);
            return bench.Counts;
        }
        (LaunchCounts first, LaunchCounts second) = (Run(1), Run(2));
        Assert.That((second.Instructions, second.LaneInstructions, second.Flops, second.GlobalSectors, second.SharedPasses, second.Barriers),
            Is.EqualTo((first.Instructions, first.LaneInstructions, first.Flops, first.GlobalSectors, first.SharedPasses, first.Barriers)));
        LaunchCounts sum = first + second;
        Assert.That((sum.Launches, sum.Instructions, sum.Barriers), Is.EqualTo((2L, 2 * first.Instructions, 2 * first.Barriers)));
    }

    [Test]
    public void Nothing_is_counted_unless_asked_for()
    {
        using Bench bench = new("elementwise");
        ulong from = bench.Upload(new float[64]), to = bench.Allocate<float>(64);
        bench.Launch("copy_strided", LaunchGeometry.Linear(1, 64), from, to, 64, 1);
        Assert.That(bench.Device.LastCounts, Is.Null);
    }

    [Test]
    public void The_bound_of_a_copy_is_memory()
    {
        using Bench bench = new("elementwise", s_counting);
        ulong from = bench.Upload(new float[4 * 4096]), to = bench.Allocate<float>(4 * 4096);
        bench.Launch("copy_vectors", LaunchGeometry.Linear(16, 256), from, to, 4096);
        BoundEstimate bound = BoundEstimate.From(bench.Counts, DeviceLimits.H200);
        // 128 KiB over 4.8 TB/s.
        Assert.That(bound.MemoryMicroseconds, Is.EqualTo(131072 / 4.8e6).Within(1e-9));
        Assert.That(bound.ToString(), Does.StartWith("estimate for H200 SXM: at least 0.027 us by memory"));
    }
}
