using Spa.Engine.Preference;

namespace Spa.Engine.Tests.Preference;

internal sealed class PairSelectionTests
{
    [Test]
    public void All_pairs_cover_every_two_that_differ()
    {
        Gen.Int[0, 3].Array[2, 6].Sample(values =>
        {
            // Reward and text by value: equal values are duplicates.
            IReadOnlyList<JudgedPair> decisions = Select(PairSelection.All, [.. values.Select(v => (double)v)], [.. values.Select(v => $"{v}")]);
            int distinct = values.Distinct().Count();
            if (distinct == 1) Assert.That(decisions.Single().Outcome, Is.EqualTo(JudgeOutcome.Identical));
            else
            {
                Assert.That(decisions.Count(d => d.Outcome == JudgeOutcome.Pair), Is.EqualTo(distinct * (distinct - 1) / 2));
                Assert.That(decisions.Count(d => d.Outcome == JudgeOutcome.Identical), Is.EqualTo(values.Length - distinct), "each duplicate is counted");
            }

            foreach (JudgedPair pair in decisions.Where(d => d.Outcome == JudgeOutcome.Pair))
                Assert.That(pair.Margin, Is.EqualTo(values[pair.Chosen] - values[pair.Rejected]).And.GreaterThan(0));
        }, iter: 200);
    }

    [Test]
    public void Ties_and_missing_verdicts_are_counted_beside_the_pairs()
    {
        IReadOnlyList<JudgedPair> decisions = Select(PairSelection.All, [1, 1, 0, double.NaN], ["a", "b", "c", "d"]);
        Assert.That(decisions.Select(d => d.Outcome), Is.EqualTo(new[] { JudgeOutcome.Tie, JudgeOutcome.Pair, JudgeOutcome.NotFinite, JudgeOutcome.Pair, JudgeOutcome.NotFinite, JudgeOutcome.NotFinite }));
    }

    [Test]
    public void The_best_meets_each_of_the_others_sooner_or_later()
    {
        JudgedPair[] pairs = [.. Enumerable.Range(0, 100).Select(row => Select(PairSelection.TopRandom, [0, 3, 1, 2], ["a", "b", "c", "d"], (uint)row).Single())];
        Assert.That(pairs.Select(p => p.Chosen), Is.All.EqualTo(1));
        Assert.That(pairs.Select(p => p.Rejected).Distinct(), Is.EquivalentTo(new[] { 0, 2, 3 }));
        Assert.That(Select(PairSelection.TopRandom, [0, 3, 1, 2], ["a", "b", "c", "d"], 5), Is.EqualTo(new[] { pairs[5] }), "same seed, same pair");
    }

    [Test]
    public void The_best_never_meets_its_own_duplicate()
    {
        for (uint row = 0; row < 50; row++)
        {
            JudgedPair pair = Select(PairSelection.TopRandom, [3, 3, 1], ["a", "a", "b"], row).Single();
            Assert.That((pair.Outcome, pair.Chosen, pair.Rejected), Is.EqualTo((JudgeOutcome.Pair, 0, 2)));
        }
    }

    [Test]
    public void The_order_of_responses_changes_no_pair([Values] PairSelection selection)
    {
        if (selection == PairSelection.TopRandom) Assert.Pass("draws by position");
        double[] rewards = [0.1, 2, -1, 0.5];
        string[] texts = ["a", "b", "c", "d"];
        int[] order = [3, 1, 0, 2];
        IEnumerable<(string, string)> Pairs(double[] r, string[] t) => Select(selection, r, t).Select(d => (t[d.Chosen], t[d.Rejected])).Order();
        Assert.That(Pairs([.. order.Select(i => rewards[i])], [.. order.Select(i => texts[i])]), Is.EqualTo(Pairs(rewards, texts)));
    }

    [Test]
    public void Best_against_worst_is_what_it_always_was() =>
        Assert.That(Select(PairSelection.BestWorst, [0, 2, 1], ["a", "b", "c"]), Is.EqualTo(new[] { new JudgedPair(JudgeOutcome.Pair, 1, 0, 2) }));

    private static IReadOnlyList<JudgedPair> Select(PairSelection selection, double[] rewards, string[] texts, uint row = 0) =>
        PairSelections.Select(selection, rewards, (a, b) => texts[a] == texts[b], i => texts[i].Length == 0, 7, row);
}
