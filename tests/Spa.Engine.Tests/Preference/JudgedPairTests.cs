using Spa.Engine.Preference;

namespace Spa.Engine.Tests.Preference;

internal sealed class JudgedPairTests
{
    [Test]
    public void Best_against_worst_of_any_number_of_responses([Values(2, 3, 5)] int count)
    {
        Gen.Int[-4, 4].Array[count].Sample(rewards =>
        {
            JudgedPair pair = Judge([.. rewards.Select(r => (double)r)], [.. Enumerable.Range(0, count).Select(i => $"answer {i}")]);
            Assert.That(pair.Margin, Is.EqualTo(rewards.Max() - rewards.Min()));
            Assert.That(pair.Outcome, Is.EqualTo(rewards.Distinct().Count() > 1 ? JudgeOutcome.Pair : JudgeOutcome.Tie));
            Assert.That(pair.Chosen, Is.EqualTo(Array.IndexOf(rewards, rewards.Max())), "the earlier of equals is the better one");
            Assert.That(pair.Rejected, Is.EqualTo(Array.LastIndexOf(rewards, rewards.Min())), "and the later the worse");
        }, iter: 300);
    }

    [Test]
    public void The_middle_of_an_odd_number_is_neither_chosen_nor_rejected_and_can_be_either()
    {
        Assert.That(Judge([0, 2, 1], ["a", "b", "c"]), Is.EqualTo(new JudgedPair(JudgeOutcome.Pair, 1, 0, 2)));
        Assert.That(Judge([0, 1, 2], ["a", "b", "c"]), Is.EqualTo(new JudgedPair(JudgeOutcome.Pair, 2, 0, 2)), "the last of three counts");
    }

    [Test]
    public void Identical_responses_hold_no_preference_whatever_their_rewards([Values(2, 3, 5)] int count)
    {
        JudgedPair pair = Judge([.. Enumerable.Range(0, count).Select(i => (double)i)], [.. Enumerable.Repeat("same", count)]);
        Assert.That(pair.Outcome, Is.EqualTo(JudgeOutcome.Identical));
    }

    [Test]
    public void Duplicates_beside_another_answer_are_judged()
    {
        Assert.That(Judge([1, 1, 0.5], ["same", "same", "other"]), Is.EqualTo(new JudgedPair(JudgeOutcome.Pair, 0, 2, 0.5)));
        // A judge by chance gives equal responses different rewards: best and worst must still differ.
        Assert.That(Judge([2, 0, 1], ["same", "same", "other"]), Is.EqualTo(new JudgedPair(JudgeOutcome.Pair, 0, 2, 1)));
    }

    [Test]
    public void Empty_responses_are_passed_over()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Judge([9, 1, 0], ["", "b", "c"]), Is.EqualTo(new JudgedPair(JudgeOutcome.Pair, 1, 2, 1)), "the best reward is an empty answer's");
            Assert.That(Judge([0, 1], ["", "b"]).Outcome, Is.EqualTo(JudgeOutcome.Empty));
            Assert.That(Judge([0, 1], ["", ""]).Outcome, Is.EqualTo(JudgeOutcome.Empty));
            Assert.That(Judge([2, 1, 0], ["b", "", "b"]).Outcome, Is.EqualTo(JudgeOutcome.Identical));
            Assert.That(Judge([double.NaN, 1, 0], ["", "b", "c"]).Outcome, Is.EqualTo(JudgeOutcome.Pair), "an empty answer's reward does not count");
        });
    }

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    public void A_reward_that_is_no_number_gives_no_pair(double reward)
    {
        Assert.That(Judge([1, reward], ["a", "b"]).Outcome, Is.EqualTo(JudgeOutcome.NotFinite));
        Assert.That(Judge([reward, 1, 2, 3, 4], ["a", "b", "c", "d", "e"]).Outcome, Is.EqualTo(JudgeOutcome.NotFinite));
    }

    [Test]
    public void Probability_is_the_logistic_of_the_margin()
    {
        Assert.That(Judge([0.3, -0.2], ["a", "b"]).Probability, Is.EqualTo(1 / (1 + Math.Exp(-0.5))).Within(1e-15));
    }

    private static JudgedPair Judge(double[] rewards, string[] answers) => JudgedPair.BestAgainstWorst(rewards, (a, b) => answers[a] == answers[b], i => answers[i].Length == 0);
}
