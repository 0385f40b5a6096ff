using System.Text.Json.Nodes;
using Spa.Engine.Generation;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Preference;

namespace Spa.Engine.Tests.Pipeline.Judges;

/// <summary>What the loop does to responses and rewards before pairs are taken: filter, length, temperature.</summary>
internal sealed class LoopJudgingTests
{
    private static readonly SampledRow s_row = new(0, "?", [2], [Response("a", 3), Response("a", 3), Response("b", 4, FinishReason.Length), Response("", 1), Response("c", 9)]);

    [TestCase("empty", 4, 3)]
    [TestCase("cut", 4, 3)]
    [TestCase("cut empty", 4, 0)]
    [TestCase("cut empty duplicate", 4, 0)]
    [TestCase("none", 4, 3)]
    public void The_filter_says_which_responses_can_be_chosen(string names, int chosen, int rejected)
    {
        // Without the filter the empty response is the worst, behind it the cut one.
        double[] rewards = [1, 0.5, 0, -1, 5];
        JudgedPair pair = PairDecisions.Of(s_row, rewards, new JudgeSettings { Filter = PairDecisions.Filter(names.Split(' ')) })[0];
        int worst = names switch { "empty" => 2, "cut empty" => 1, "cut empty duplicate" => 0, _ => rejected };
        Assert.That((pair.Outcome, pair.Chosen, pair.Rejected), Is.EqualTo((JudgeOutcome.Pair, chosen, worst)));
    }

    [Test]
    public void A_prompt_whose_responses_are_all_filtered_says_so()
    {
        SampledRow cut = new(0, "?", [2], [Response("a", 3, FinishReason.Length), Response("b", 3, FinishReason.Length)]), same = new(0, "?", [2], [Response("a", 3), Response("a", 3)]);
        JudgeOutcome Outcome(SampledRow row, ResponseFilter filter) => PairDecisions.Of(row, [1, 2], new JudgeSettings { Filter = filter }).Single().Outcome;
        Assert.That(Outcome(cut, ResponseFilter.Cut), Is.EqualTo(JudgeOutcome.Filtered));
        Assert.That(Outcome(same, ResponseFilter.Duplicate), Is.EqualTo(JudgeOutcome.Identical));
        Assert.That(Outcome(s_row with { Responses = [Response("", 1), Response("a", 2)] }, ResponseFilter.Empty), Is.EqualTo(JudgeOutcome.Empty));
    }

    [Test]
    public void A_penalty_on_length_takes_its_price_from_the_rewards_and_keeps_what_they_were()
    {
        using TinyRun plain = new(), penalised = new();
        JsonObject[] before = Lines(plain.Execute(overrides: "spa.iterations=1").Pairs(1));
        RunFolder folder = penalised.Execute(overrides: ["spa.iterations=1", "spa.judging.length=penalty", "spa.judging.length_penalty=0.5"]);
        JsonObject[] after = Lines(folder.Pairs(1));
        SampledRow[] samples = [.. Lines(folder.Samples(1)).Select(SampledRow.FromJson)];
        foreach ((JsonObject a, JsonObject b, SampledRow row) in before.Zip(after, samples))
        {
            double[] rewards = Numbers(a["rewards"]!), adjusted = Numbers(b["rewards"]!);
            Assert.That(Numbers(b["judgement"]!["rewards_before"]!), Is.EqualTo(rewards));
            Assert.That(adjusted, Is.EqualTo(rewards.Zip(row.Responses, (r, response) => r - 0.5 * response.Ids.Length)));
        }
        Assert.That(Audit(folder)["kl_to_sft"]!["value"]!.GetValue<double>(), Is.EqualTo(Audit(plain)["kl_to_sft"]!["value"]!.GetValue<double>()), "an estimate from the rewards before");
    }

    [Test]
    public void A_calibrated_judge_orders_pairs_as_before_and_tells_its_error()
    {
        using TinyRun plain = new(), calibrated = new();
        JsonObject[] before = Lines(plain.Execute(overrides: "spa.iterations=1").Pairs(1));
        RunFolder folder = calibrated.Execute(overrides: ["spa.iterations=1", "spa.judging.calibrate=true"]);
        JsonObject[] after = Lines(folder.Pairs(1));
        JsonObject calibration = JsonNode.Parse(File.ReadAllText(folder.Calibration(1)))!.AsObject();
        double temperature = calibration["temperature"]!.GetValue<double>();
        Assert.Multiple(() =>
        {
            Assert.That(after.Select(l => l["chosen"]?.ToString()), Is.EqualTo(before.Select(l => l["chosen"]?.ToString())));
            Assert.That(after[0]["margin"]!.GetValue<double>(), Is.EqualTo(before[0]["margin"]!.GetValue<double>() / temperature).Within(1e-12));
            Assert.That(calibration["nll_after"]!.GetValue<double>(), Is.LessThanOrEqualTo(calibration["nll_before"]!.GetValue<double>()));
            Assert.That(calibration["pairs"]!.GetValue<int>(), Is.EqualTo(11));
        });
    }

    [TestCase("spa.judge=random")]
    [TestCase("spa.judge_reference=none")]
    public void The_divergence_from_the_SFT_model_does_not_depend_on_the_judge(string judge)
    {
        using TinyRun implicitly = new(), other = new();
        double expected = Audit(implicitly.Execute(overrides: "spa.iterations=1"))["kl_to_sft"]!["value"]!.GetValue<double>();
        Assert.That(Audit(other.Execute(overrides: ["spa.iterations=1", judge]))["kl_to_sft"]!["value"]!.GetValue<double>(), Is.EqualTo(expected).Within(1e-9));
        Assert.That(expected, Is.Not.Zero);
    }

    [TestCase("spa.judging.length=normalize", "is for the implicit judge")]
    [TestCase("spa.judging.calibrate=true", "is for the implicit judge")]
    [TestCase("spa.filter=[none, cut]", "says none and something else")]
    public void Settings_that_do_not_go_together_are_refused(string assignment, string message)
    {
        using TinyRun tiny = new();
        Assert.That(() => tiny.Config("spa.judge=random", assignment), Throws.TypeOf<UsageException>().With.Message.Contains(message));
    }

    private static SampledResponse Response(string text, int tokens, FinishReason reason = FinishReason.Stop) =>
        new([.. Enumerable.Range(0, tokens).Select(i => text.Length == 0 ? 1 : text[0] + i)], text, new float[tokens], reason);

    private static JsonObject Audit(TinyRun tiny) => Audit(new RunFolder(tiny.OutputPath));

    private static JsonObject Audit(RunFolder folder) => JsonNode.Parse(File.ReadAllText(folder.Audit(1)))!.AsObject();

    private static double[] Numbers(JsonNode array) => [.. array.AsArray().Select(x => x!.GetValue<double>())];

    private static JsonObject[] Lines(string path) => [.. File.ReadLines(path).Select(l => JsonNode.Parse(l)!.AsObject())];
}
