namespace Spa.Emulator.Tests.Kernels;

[TestFixture]
internal sealed class ExchangeTests
{
    [Test]
    public void Prefix_sums_go_through_shuffles_and_shared_memory()
    {
        using Bench bench = new("exchange");
        int[] x = [.. Enumerable.Range(0, 512).Select(i => i * 7 % 11 - 3)];
        ulong from = bench.Upload(x), to = bench.Allocate<int>(512);
        bench.Launch("scan", LaunchGeometry.Linear(2, 256), from, to);
        int[] expected = new int[512];
        for (int i = 0, sum = 0; i < 512; i++) expected[i] = sum = (i % 256 == 0 ? 0 : sum) + x[i];
        Assert.That(bench.Download<int>(to, 512), Is.EqualTo(expected));
    }

    [Test]
    public void Votes_and_atomics_compact_a_list()
    {
        using Bench bench = new("exchange");
        int[] x = [.. Enumerable.Range(0, 300).Select(i => i * 31 % 17 - 8)];
        ulong from = bench.Upload(x), to = bench.Allocate<int>(300), count = bench.Upload(new int[1]);
        bench.Launch("compact", LaunchGeometry.Linear(5, 64), from, to, count, x.Length);
        int[] kept = [.. x.Where(v => v > 0)];
        Assert.That(bench.Download<int>(count, 1)[0], Is.EqualTo(kept.Length));
        Assert.That(bench.Download<int>(to, kept.Length), Is.EquivalentTo(kept));
    }

    [Test]
    public void The_seed_and_nothing_else_draws_the_order_of_warps_and_blocks()
    {
        const int Blocks = 12;
        // Every warp appends its part of the list when its turn comes.
        int[] Order(int seed)
        {
            using Bench bench = new("exchange", new EmulatorOptions { Seed = seed });
            int[] x = [.. Enumerable.Range(1, 64 * Blocks)];
            ulong from = bench.Upload(x), to = bench.Allocate<int>(x.Length), count = bench.Upload(new int[1]);
            bench.Launch("compact", LaunchGeometry.Linear(Blocks, 64), from, to, count, x.Length);
            return bench.Download<int>(to, x.Length);
        }
        int[][] orders = [.. Enumerable.Range(1, 5).Select(Order)];
        Assert.That(Order(1), Is.EqualTo(orders[0]));
        Assert.That(orders.Select(order => string.Join(' ', order)).Distinct().Count(), Is.EqualTo(orders.Length), "five seeds, five orders");
        Assert.That(orders.Any(order => order[0] >= 64), "the first block does not always begin");
        Assert.That(orders.Any(order => Enumerable.Range(0, Blocks).Any(b => Array.IndexOf(order, 64 * b + 33) < Array.IndexOf(order, 64 * b + 1))), "a block's first warp does not always begin");
    }

    [Test]
    public void A_histogram_adds_atomically_in_two_spaces()
    {
        using Bench bench = new("exchange");
        byte[] x = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i >> 3))];
        ulong from = bench.Upload(x), bins = bench.Upload(new uint[256]);
        bench.Launch("histogram", LaunchGeometry.Linear(4, 256), from, bins, x.Length);
        uint[] expected = new uint[256];
        foreach (byte b in x) expected[b]++;
        Assert.That(bench.Download<uint>(bins, 256), Is.EqualTo(expected));
    }

    [Test]
    public void Philox_gives_the_published_vector()
    {
        using Bench bench = new("exchange");
        ulong y = bench.Allocate<uint>(4 * 8);
        bench.Launch("philox", LaunchGeometry.Linear(1, 32), y, 0u, 0u, 8);
        // Salmon et al. 2011, known answer of philox4x32-10 for counter and key zero.
        Assert.That(bench.Download<uint>(y, 4), Is.EqualTo(new uint[] { 0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8 }));
    }

    [Test]
    public void Producer_and_consumer_meet_at_named_barriers_in_every_order([Range(1, 6)] int seed)
    {
        const int Steps = 7;
        using Bench bench = new("exchange", new EmulatorOptions { Seed = seed });
        float[] x = ElementwiseTests.Values(32 * Steps, 10);
        ulong from = bench.Upload(x), to = bench.Allocate<float>(x.Length);
        bench.Launch("pipeline", LaunchGeometry.Linear(1, 64), from, to, Steps);
        float[] expected = [.. Enumerable.Range(0, x.Length).Select(i => 2 * x[i / 32 * 32 + 31 - i % 32])];
        Assert.That(bench.Download<float>(to, x.Length), Is.EqualTo(expected));
    }

    [Test]
    public void Blocks_that_wait_for_one_another_go_on_when_all_are_resident([Range(1, 4)] int seed)
    {
        using Bench bench = new("exchange", new EmulatorOptions { Seed = seed, ResidentBlocks = 6 });
        ulong flag = bench.Upload(new int[1]), data = bench.Upload(new int[6]);
        bench.Launch("relay", LaunchGeometry.Linear(6, 32), flag, data);
        Assert.That(bench.Download<int>(data, 6), Is.EqualTo(new[] { 1, 2, 4, 8, 16, 32 }));
    }

    [Test]
    public void A_value_that_went_through_shuffles_may_replace_what_all_lanes_read()
    {
        using Bench bench = new("exchange");
        float[] x = ElementwiseTests.Values(64, 11);
        ulong dx = bench.Upload(x), scales = bench.Upload(new float[] { 2, 4 });
        bench.Launch("rescale", LaunchGeometry.Linear(1, 64), dx, scales);
        float[] most = [x.Take(32).Max(v => Math.Abs(2 * v)), x.Skip(32).Max(v => Math.Abs(4 * v))];
        Assert.That(bench.Download<float>(scales, 2), Is.EqualTo(most));
        Assert.That(bench.Download<float>(dx, 64), Is.EqualTo(x.Select((v, i) => v * (i < 32 ? 2 : 4) / most[i / 32])));
    }
}
