using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Generation;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Judges;

namespace Spa.Engine.Tests.Pipeline.Judges;

internal sealed class PairwiseJudgeTests
{
    [Test]
    public void Two_responses_give_back_the_probability()
    {
        double[] rewards = Judge(new FakeComparer((a, _) => a == "good" ? 0.8 : 0.2), "good", "bad");
        Assert.That(Logistic.Sigmoid(rewards[0] - rewards[1]), Is.EqualTo(0.8).Within(1e-12));
    }

    [Test]
    public void A_preference_for_the_first_place_cancels_and_is_measured()
    {
        JudgeStatistics statistics = new();
        double[] rewards = Judge(new FakeComparer((_, _) => 0.9), statistics, "x", "y");
        Assert.That(rewards[0], Is.EqualTo(rewards[1]).Within(1e-12));
        JsonObject figures = statistics.ToJson()!;
        Assert.That(figures["first_shown_wins"]!["value"]!.GetValue<double>(), Is.EqualTo(0.9).Within(1e-12));
        Assert.That(figures["orders_agree"]!["value"]!.GetValue<double>(), Is.Zero);
    }

    [Test]
    public void Consistent_strengths_of_any_number_of_responses_come_back()
    {
        // A Bradley-Terry judge: the least-squares rewards are its strengths up to a constant.
        Gen.Double[-3, 3].Array[2, 6].Sample(strengths =>
        {
            string[] texts = [.. strengths.Select((_, i) => $"text {i}")];
            double Strength(string text) => strengths[Array.IndexOf(texts, text)];
            double[] rewards = Judge(new FakeComparer((a, b) => Logistic.Sigmoid(Strength(a) - Strength(b))), texts);
            for (int i = 1; i < rewards.Length; i++) Assert.That(rewards[i] - rewards[0], Is.EqualTo(strengths[i] - strengths[0]).Within(1e-6));
        }, iter: 50);
    }

    [Test]
    public void The_order_of_responses_permutes_the_rewards_and_nothing_else()
    {
        string[] texts = ["one", "two", "three", "four"];
        FakeComparer comparer = new((a, b) => 0.5 + 0.1 * Math.Sin(a.Length * 3 - b.Length + a[0]));
        double[] rewards = Judge(comparer, texts);
        int[] order = [2, 0, 3, 1];
        double[] permuted = Judge(comparer, [.. order.Select(i => texts[i])]);
        for (int i = 0; i < order.Length; i++) Assert.That(permuted[i], Is.EqualTo(rewards[order[i]]).Within(1e-12));
    }

    [Test]
    public void Splitting_the_rows_changes_nothing()
    {
        FakeComparer comparer = new((a, b) => Logistic.Sigmoid(a.Length - b.Length));
        SampledRow[] rows = [.. Enumerable.Range(0, 7).Select(i => Row(i, "a", new string('b', i + 1), "ccc"))];
        List<double[]> whole = Verdicts(comparer, rows), parts = [.. rows.Chunk(3).SelectMany(chunk => Verdicts(comparer, chunk))];
        for (int i = 0; i < rows.Length; i++) Assert.That(parts[i], Is.EqualTo(whole[i]));
    }

    [Test]
    public void Duplicates_share_a_reward_and_are_asked_about_once()
    {
        FakeComparer comparer = new((a, _) => a == "same" ? 0.7 : 0.3);
        double[] rewards = Judge(comparer, "same", "same", "other");
        Assert.That(rewards[0], Is.EqualTo(rewards[1]));
        Assert.That(rewards[0], Is.GreaterThan(rewards[2]));
        Assert.That(comparer.Asked, Is.EqualTo(2), "one pair in both orders");
    }

    [Test]
    public void Without_a_verdict_there_is_no_reward_and_it_is_counted()
    {
        JudgeStatistics statistics = new();
        Assert.That(Judge(new FakeComparer((_, _) => double.NaN), statistics, "x", "y"), Is.All.NaN);
        Assert.That(statistics.ToJson()!["without_verdict"]!.GetValue<int>(), Is.EqualTo(2));
        double[] rewards = Judge(new FakeComparer((a, _) => a == "x" ? 0.8 : double.NaN), "x", "y");
        Assert.That(Logistic.Sigmoid(rewards[0] - rewards[1]), Is.EqualTo(0.8).Within(1e-12), "one order is better than none");
    }

    [Test]
    public void An_empty_response_is_not_shown()
    {
        FakeComparer comparer = new((_, _) => 0.6);
        Assert.That(Judge(comparer, "x", "", "y")[1], Is.NaN);
        Assert.That(comparer.Asked, Is.EqualTo(2));
    }

    [Test]
    public void One_order_follows_the_instruction()
    {
        FakeComparer comparer = new((a, _) => a == "x" ? 0.9 : 0.2);
        using PairwiseJudge judge = new(comparer, ShownOrders.ByInstruction);
        judge.Judge([Row(0, "x", "y")], (_, verdict) => Assert.That(Logistic.Sigmoid(verdict.Rewards[0] - verdict.Rewards[1]), Is.EqualTo(0.9).Within(1e-9).Or.EqualTo(0.8).Within(1e-9)), default);
        Assert.That(comparer.Asked, Is.EqualTo(1));
    }

    private static double[] Judge(FakeComparer comparer, params string[] texts) => Judge(comparer, new JudgeStatistics(), texts);

    private static double[] Judge(FakeComparer comparer, JudgeStatistics statistics, params string[] texts)
    {
        double[] rewards = [];
        using PairwiseJudge judge = new(comparer);
        judge.Judge([Row(0, texts)], (_, verdict) =>
        {
            rewards = verdict.Rewards;
            statistics.Add(verdict.Details);
        }, default);
        return rewards;
    }

    private static List<double[]> Verdicts(FakeComparer comparer, SampledRow[] rows)
    {
        List<double[]> verdicts = [];
        using PairwiseJudge judge = new(comparer);
        judge.Judge(rows, (i, verdict) =>
        {
            Assert.That(i, Is.EqualTo(verdicts.Count), "in order");
            verdicts.Add(verdict.Rewards);
        }, default);
        return verdicts;
    }

    private static SampledRow Row(int index, params string[] texts) => new(index, "question", [], [.. texts.Select(t => new SampledResponse([], t, [], FinishReason.Stop))]);

    private sealed class FakeComparer(Func<string, string, double> firstWins) : IPairComparer
    {
        public int Asked { get; private set; }

        public string Name => "fake";

        public JsonObject? Usage => null;

        public void Compare(IReadOnlyList<PairQuestion> questions, Action<int, PairAnswer> done, CancellationToken cancel)
        {
            Asked += questions.Count;
            for (int i = 0; i < questions.Count; i++) done(i, new PairAnswer(firstWins(questions[i].First, questions[i].Second)));
        }

        public void Dispose() { }
    }
}
