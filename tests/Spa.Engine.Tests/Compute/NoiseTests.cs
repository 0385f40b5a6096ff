using Spa.Engine.Compute;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Preference;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>The noise mask of a backend against the thresholds that training keeps on the host.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed class NoiseTests(TestedBackend tested) : OpTests(tested)
{
    private const double Beta = 0.1;

    [Test]
    public void Margins_thresholds_and_flags_are_those_of_the_host([Values] NoiseRule rule, [Values(0.1, 0.37)] double share, [Values] bool ties)
    {
        const int Pairs = 61, MicroBatch = 5;
        NoiseThreshold host = NoiseThreshold.Create(rule, share, Pairs);
        using ComputeBackend backend = CreateBackend();
        using TensorBox box = new(backend);
        NoiseState state = new(rule, share, Pairs, box.Arena(1 << 14));
        state.Reset(backend);
        var random = new Random(7);
        for (int update = 0; update < 40; update++)
        {
            for (int part = 0; part < 2; part++)
            {
                int[] indices = [.. Enumerable.Range(0, MicroBatch).Select(_ => random.Next(Pairs))];
                PairLogProbs[] pairs = [.. indices.Select(_ => Draw(random, ties))];
                double[] margins = [.. pairs.Select(p => Beta * p.ExtrapolatedMargin)];
                var expected = new bool[MicroBatch];
                host.Flag(indices, margins, expected);
                double[] scores = [.. pairs.SelectMany(p => new[] { p.PolicyChosen, p.PolicyRejected, p.ReferenceChosen, p.ReferenceRejected, p.ExtrapolatedChosen, p.ExtrapolatedRejected })];
                Tensor found = box.PoisonedDoubles(MicroBatch, 1), flags = box.PoisonedInts(MicroBatch, 1);
                backend.NoiseFlag(found, flags, state, box.Doubles(scores, MicroBatch, PairColumns.Scores), box.Ints(indices), Beta);
                Assert.That(box.ReadDoubles(found), Is.EqualTo(margins), "margins, to the bit");
                Assert.That(box.ReadDoubles(state.Threshold)[0], Is.EqualTo(host.Current), $"threshold of update {update}");
                Assert.That(box.ReadInts(flags), Is.EqualTo(expected.Select(f => f ? 1 : 0)), $"flags of update {update}");
            }
            host.EndUpdate();
            backend.NoiseEndUpdate(state);
        }
    }

    [Test]
    public void A_resumed_state_goes_on_as_if_nothing_had_happened([Values] NoiseRule rule)
    {
        using ComputeBackend backend = CreateBackend();
        using TensorBox box = new(backend);
        NoiseState first = new(rule, 0.2, 30, box.Arena(1 << 14)), second = new(rule, 0.2, 30, box.Arena(1 << 14));
        first.Reset(backend);
        for (int i = 0; i < 70; i++) Update(backend, box, first, i);
        second.Restore(backend, first.Save(backend));
        for (int i = 70; i < 90; i++) Assert.That(Update(backend, box, second, i), Is.EqualTo(Update(backend, box, first, i)));
        Assert.That(() => second.Restore(backend, new double[3]), Throws.TypeOf<SpaException>().With.Message.Contains("3 values"));
    }

    [Test]
    public void A_margin_that_is_no_number_is_flagged_by_the_rolling_rule_alone([Values] NoiseRule rule)
    {
        using ComputeBackend backend = CreateBackend();
        using TensorBox box = new(backend);
        NoiseState state = new(rule, 0.2, 30, box.Arena(1 << 14));
        state.Reset(backend);
        Tensor flags = box.PoisonedInts(1, 1);
        backend.NoiseFlag(box.PoisonedDoubles(1, 1), flags, state, box.PoisonedDoubles(1, PairColumns.Scores), box.Ints(0), Beta);
        Assert.That(box.ReadInts(flags)[0], Is.EqualTo(rule == NoiseRule.Rolling ? 1 : 0));
    }

    private static int[] Update(ComputeBackend backend, TensorBox box, NoiseState state, int i)
    {
        var random = new Random(i);
        double[] scores = [.. Enumerable.Range(0, 2 * PairColumns.Scores).Select(_ => random.NextDouble())];
        Tensor flags = box.PoisonedInts(2, 1);
        backend.NoiseFlag(box.PoisonedDoubles(2, 1), flags, state, box.Doubles(scores, 2, PairColumns.Scores), box.Ints(i % 30, (i * 7 + 1) % 30), Beta);
        backend.NoiseEndUpdate(state);
        return box.ReadInts(flags);
    }

    private static PairLogProbs Draw(Random random, bool ties)
    {
        double Next() => ties ? random.Next(-2, 3) : 10 * random.NextDouble() - 5;
        return new PairLogProbs { ReferenceChosen = Next(), ReferenceRejected = Next(), ExtrapolatedChosen = Next(), ExtrapolatedRejected = Next() };
    }
}
