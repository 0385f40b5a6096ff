using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Preference;

namespace Spa.Engine.Tests.Preference;

/// <summary>The three rules for z: <c>quantile</c> as docs/configuration.md defines it, <c>rolling</c> as docs/algorithm.md section 6 does, <c>batch</c>.</summary>
internal sealed class NoiseThresholdTests
{
    [Test]
    public void Rolling_threshold_is_0_until_50_micro_batches_are_behind_and_then_the_mean_of_sorted_5_and_6()
    {
        NoiseThreshold rule = NoiseThreshold.Create(NoiseRule.Rolling, 0.1, 1000);
        double[] means = [.. Enumerable.Range(0, 120).Select(i => Math.Sin(i * 1.7) * (1 + i % 7))];
        for (int i = 0; i < means.Length; i++)
        {
            // Two pairs whose mean is means[i]; the window holds micro-batch means, not pairs.
            Flag(rule, [2 * i, 2 * i + 1], [means[i] - 0.25, means[i] + 0.25]);
            double[] window = [.. means[Math.Max(0, i - 50)..i].Order()];
            double expected = i < 50 ? 0 : (window[5] + window[6]) / 2;
            Assert.That(rule.Current, Is.EqualTo(expected).Within(1e-14), $"micro-batch {i}: the threshold comes from those before it");
        }
    }

    [Test]
    public void Rolling_advances_with_micro_batches_not_with_updates()
    {
        NoiseThreshold often = NoiseThreshold.Create(NoiseRule.Rolling, 0.1, 100), never = NoiseThreshold.Create(NoiseRule.Rolling, 0.1, 100);
        for (int i = 0; i < 60; i++)
        {
            Flag(often, [i], [i]);
            Flag(never, [i], [i]);
            often.EndUpdate();
        }
        Assert.That(often.Current, Is.EqualTo(never.Current).And.EqualTo((9 + 5 + 9 + 6) / 2.0));
    }

    [Test]
    public void Rolling_flags_a_tie_and_a_NaN_and_nothing_above()
    {
        NoiseThreshold rule = NoiseThreshold.Create(NoiseRule.Rolling, 0.1, 10);
        Assert.That(Flag(rule, [0, 1, 2, 3], [0, double.NaN, double.Epsilon, -1]), Is.EqualTo(new[] { true, true, false, true }));
    }

    [TestCase(0.1, 5)]
    [TestCase(0.2, 10)]
    [TestCase(0.03, 1)]
    [TestCase(0.99, 48)]
    public void Rolling_position_is_the_floor_of_50_K(double share, int lower)
    {
        NoiseThreshold rule = NoiseThreshold.Create(NoiseRule.Rolling, share, 100);
        for (int i = 0; i <= 50; i++) Flag(rule, [i], [49 - i]);
        Assert.That(rule.Current, Is.EqualTo(lower + 0.5), "the window holds 0 .. 49");
    }

    [Test]
    public void Quantile_is_over_the_latest_margin_of_every_pair_visited_up_to_the_update_before()
    {
        const int Pairs = 23;
        NoiseThreshold rule = NoiseThreshold.Create(NoiseRule.Quantile, 0.1, Pairs);
        var latest = new Dictionary<int, double>();
        var random = new Random(4);
        for (int update = 0; update < 40; update++)
        {
            double expected = latest.Count * 0.1 >= 1 ? Quantile.OfUnsorted([.. latest.Values], 0.1) : double.NaN;
            var visited = new List<(int Index, double Margin)>();
            for (int microBatch = 0; microBatch < 2; microBatch++)
            {
                int[] indices = [random.Next(Pairs), random.Next(Pairs)];
                double[] margins = [random.NextDouble(), random.NextDouble()];
                bool[] flags = Flag(rule, indices, margins);
                Assert.That(rule.Current, Is.EqualTo(expected), $"update {update}: micro-batches of one update share a threshold");
                Assert.That(flags, Is.EqualTo(margins.Select(m => m < expected)));
                visited.AddRange(indices.Zip(margins));
            }
            rule.EndUpdate();
            foreach ((int index, double margin) in visited) latest[index] = margin;
        }
    }

    [Test]
    public void Quantile_flags_nothing_before_one_in_K_pairs_were_visited_and_flags_no_tie()
    {
        NoiseThreshold rule = NoiseThreshold.Create(NoiseRule.Quantile, 0.25, 10);
        Assert.That(Flag(rule, [0, 1, 2], [-5, -6, -7]), Is.All.False);
        rule.EndUpdate();
        Assert.That(Flag(rule, [3], [-100]), Is.All.False, "three of the needed four were visited");
        rule.EndUpdate();
        double threshold = Quantile.OfUnsorted([-5.0, -6, -7, -100], 0.25);
        Assert.That(Flag(rule, [4, 5], [threshold, Math.BitDecrement(threshold)]), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void Quantile_does_not_depend_on_how_an_update_is_cut_into_micro_batches()
    {
        var random = new Random(5);
        int[] indices = [.. Enumerable.Range(0, 24)];
        double[] margins = [.. indices.Select(_ => random.NextDouble())];
        NoiseThreshold whole = NoiseThreshold.Create(NoiseRule.Quantile, 0.1, 24), pieces = NoiseThreshold.Create(NoiseRule.Quantile, 0.1, 24);
        Flag(whole, indices, margins);
        for (int i = 0; i < 24; i += 3) Flag(pieces, indices[i..(i + 3)], margins[i..(i + 3)]);
        whole.EndUpdate();
        pieces.EndUpdate();
        Assert.That(Flag(pieces, indices, margins), Is.EqualTo(Flag(whole, indices, margins)));
        Assert.That(pieces.Current, Is.EqualTo(whole.Current).And.EqualTo(Quantile.OfUnsorted(margins, 0.1)));
    }

    [Test]
    public void Ranks_that_share_an_update_end_with_the_state_of_one_whatever_the_order_of_pairs() => Gen.Select(Gen.Int[0, 1000], Gen.Int[12, 40]).Sample((seed, pairs) =>
    {
        var random = new Random(seed);
        using var backend = new CpuBackend(new CpuOptions { Threads = 1 });
        using NoiseBench one = new(backend, pairs), left = new(backend, pairs), right = new(backend, pairs);
        for (int update = 0; update < 4; update++)
        {
            int[] order = [.. Enumerable.Range(0, pairs)];
            random.Shuffle(order);
            double[] margins = [.. order.Select(_ => random.NextDouble() - 0.3)];
            int half = pairs / 2;
            bool[] flags = one.Flag(order, margins);
            // Both ranks begin with the merged state of the update before; each sees its half, the second backwards.
            Assert.That(left.Flag(order[..half], margins[..half]), Is.EqualTo(flags[..half]));
            Assert.That(right.Flag([.. order[half..].Reverse()], [.. margins[half..].Reverse()]), Is.EqualTo(flags[half..].Reverse()));
            double[] merged = [.. left.Save().Zip(right.Save(), (a, b) => double.IsNaN(a) ? b : a)];
            left.Restore(merged);
            right.Restore(merged);
            foreach (NoiseBench bench in new[] { one, left, right }) bench.EndUpdate();
            Assert.That(left.Save(), Is.EqualTo(one.Save()), "to the bit");
            Assert.That(right.Save(), Is.EqualTo(one.Save()));
        }
    }, iter: 20);

    [Test]
    public void Batch_flags_a_micro_batch_the_same_whatever_the_order_of_its_pairs() => Gen.Double[-1, 1].Array[4, 20].Sample(margins =>
    {
        NoiseThreshold rule = NoiseThreshold.Create(NoiseRule.Batch, 0.25, margins.Length);
        int[] indices = [.. Enumerable.Range(0, margins.Length)];
        bool[] flags = Flag(rule, indices, margins);
        Assert.That(Flag(rule, [.. indices.Reverse()], [.. margins.Reverse()]), Is.EqualTo(flags.Reverse()));
    }, iter: 100);

    [Test]
    public void Batch_takes_the_quantile_of_the_micro_batch_at_hand_and_forgets_it()
    {
        NoiseThreshold rule = NoiseThreshold.Create(NoiseRule.Batch, 0.5, 100);
        Assert.That(Flag(rule, [0, 1, 2], [1, 2, 4]), Is.EqualTo(new[] { true, false, false }));
        Assert.That(rule.Current, Is.EqualTo(2));
        Assert.That(Flag(rule, [3], [-9]), Is.EqualTo(new[] { false }), "one pair is fewer than 1 / K");
        Assert.That(rule.Current, Is.NaN);
        Assert.That(rule.Save(), Is.Empty);
    }

    [Test]
    public void A_restored_rule_goes_on_like_the_one_that_was_saved([Values] NoiseRule kind)
    {
        var random = new Random(6);
        NoiseThreshold rule = NoiseThreshold.Create(kind, 0.1, 60);
        for (int i = 0; i < 70; i++) Step(rule, i);
        NoiseThreshold restored = NoiseThreshold.Create(kind, 0.1, 60);
        restored.Restore(System.Text.Json.Nodes.JsonNode.Parse(rule.Save().ToJsonString())!.AsObject());
        for (int i = 70; i < 90; i++)
        {
            int at = i;
            var copy = new Random(i);
            (random, Random kept) = (copy, new Random(i));
            bool[] flags = Step(rule, at);
            random = kept;
            Assert.That(Step(restored, at), Is.EqualTo(flags));
            Assert.That(BitConverter.DoubleToInt64Bits(restored.Current), Is.EqualTo(BitConverter.DoubleToInt64Bits(rule.Current)));
        }

        bool[] Step(NoiseThreshold to, int i)
        {
            bool[] flags = Flag(to, [i % 60, (i + 7) % 60], [random.NextDouble() - 0.3, random.NextDouble()]);
            to.EndUpdate();
            return flags;
        }
    }

    [Test]
    public void Alpha_is_0_for_the_first_fifth_of_a_stages_updates()
    {
        var settings = new RefinementSettings { LabelSmoothing = 0.1, WarmupRatio = 0.2 };
        Assert.Multiple(() =>
        {
            Assert.That(Enumerable.Range(0, 10).Select(done => settings.AlphaAt(done, 10)), Is.EqualTo(new[] { 0, 0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 }));
            // 0.2 * 7 = 1.4: updates 0 and 1 are below it.
            Assert.That(Enumerable.Range(0, 4).Select(done => settings.AlphaAt(done, 7)), Is.EqualTo(new[] { 0, 0, 0.1, 0.1 }));
            Assert.That(settings.AlphaAt(0, 1), Is.Zero, "the first update of a stage has no ranking yet");
            Assert.That((settings with { WarmupRatio = 0 }).AlphaAt(0, 10), Is.EqualTo(0.1));
        });
    }

    private static bool[] Flag(NoiseThreshold rule, int[] indices, double[] margins)
    {
        var flags = new bool[indices.Length];
        rule.Flag(indices, margins, flags);
        return flags;
    }
}
