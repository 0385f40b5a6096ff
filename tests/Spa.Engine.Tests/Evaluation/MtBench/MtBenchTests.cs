using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Evaluation.MtBench;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Evaluation.MtBench;

internal sealed class MtBenchTests
{
    private static readonly MtBenchQuestion[] s_questions = [new(81, "writing", ["w1", "w2"]), new(101, "math", ["m1", "m2"]), new(111, "math", ["n1", "n2"])];

    [Test]
    public void Every_rating_case_is_read()
    {
        int cases = 0;
        foreach (SourceRow row in RowReader.Read(Fixtures.Require("data/mt-bench/rating-cases.jsonl")))
        {
            Assert.That(Rating.Read(row.Json["judgment"]!.GetValue<string>()), Is.EqualTo(row.Json["rating"]!.GetValue<double>()), row.Location.ToString());
            cases++;
        }

        Assert.That(cases, Is.EqualTo(19));
    }

    [Test]
    public void FastChats_questions_have_their_temperatures_and_references()
    {
        IReadOnlyList<MtBenchQuestion> questions = MtBenchQuestion.Read(Fixtures.Require("data/mt-bench/question.jsonl"));
        IReadOnlyDictionary<int, IReadOnlyList<string>> references = MtBenchAnswers.Read(Fixtures.Require("data/mt-bench/reference_answer/gpt-4.jsonl"));
        Assert.That(questions, Has.Count.EqualTo(80));
        Assert.That(questions.Where(q => q.NeedsReference).Select(q => q.Id), Is.EquivalentTo(references.Keys), "math, reasoning and coding");
        Assert.That(questions.GroupBy(q => q.Temperature).ToDictionary(g => g.Key, g => g.Select(q => q.Category).Distinct().Order().ToArray()), Is.EquivalentTo(new Dictionary<double, string[]>
        {
            [0.7] = ["roleplay", "writing"],
            [0.1] = ["humanities", "stem"],
            [0] = ["coding", "extraction", "math", "reasoning"],
        }));
        Assert.That(new MtBenchQuestion(1, "cooking", ["q"]).Temperature, Is.EqualTo(0.7));
    }

    [Test]
    public void Prompts_are_filled_in_one_pass_and_by_category()
    {
        MtBenchPrompts prompts = new(Fixtures.Require("data/mt-bench/judge_prompts.jsonl"));
        IReadOnlyList<Message> first = prompts.Fill(s_questions[0], 1, ["{question} stays", "a2"], null);
        Assert.That(first[1].Content, Does.Contain("[Question]\nw1").And.Contain("{question} stays"));
        IReadOnlyList<Message> second = prompts.Fill(s_questions[1], 2, ["a1", "a2"], ["r1", "r2"]);
        Assert.That(second[1].Content, Does.Contain("### Reference answer:\nr1").And.Contain("### Reference answer:\nr2").And.Contain("### Assistant A:\na2"));
        Assert.That(MtBenchPrompts.NameOf(s_questions[1], 2), Is.EqualTo("single-math-v1-multi-turn"));
        Assert.That(() => prompts.Fill(s_questions[1], 1, ["a1"], null), Throws.TypeOf<SpaException>().With.Message.Contains("reference answer"));
    }

    [Test]
    public void Scores_are_means_over_what_was_rated()
    {
        var scores = MtBenchScores.Of(s_questions, [new(81, 1, 8), new(81, 2, 6), new(101, 1, 3), new(101, 2, -1), new(111, 1, 1), new(111, 2, 2)], 1);
        Assert.Multiple(() =>
        {
            Assert.That(scores.Score.Value, Is.EqualTo(20.0 / 5), "not the mean of the two turns");
            Assert.That(scores.FirstTurn.Value, Is.EqualTo(4));
            Assert.That(scores.SecondTurn.Value, Is.EqualTo(4));
            Assert.That(scores.Categories.ToDictionary(c => c.Key, c => c.Value.Value), Is.EquivalentTo(new Dictionary<string, double> { ["writing"] = 7, ["math"] = 2 }));
            Assert.That((scores.Rated, scores.Unrated), Is.EqualTo((5, 1)));
            Assert.That(scores.Score.Low, Is.LessThan(4));
            Assert.That(scores.Score.High, Is.GreaterThan(4));
        });
    }

    [Test]
    public void The_order_of_judgements_changes_nothing()
    {
        MtBenchRating[] ratings = [new(81, 1, 8), new(81, 2, 6), new(101, 1, 3), new(111, 1, 1), new(111, 2, 2)];
        MtBenchScores expected = MtBenchScores.Of(s_questions, ratings, 1);
        Array.Reverse(ratings);
        MtBenchScores reversed = MtBenchScores.Of(s_questions, ratings, 1);
        Assert.That((reversed.Score, reversed.FirstTurn, reversed.SecondTurn), Is.EqualTo((expected.Score, expected.FirstTurn, expected.SecondTurn)));
    }

    [Test]
    public void Without_any_rating_there_is_no_score() =>
        Assert.That(() => MtBenchScores.Of(s_questions, [new(81, 1, -1)], 1), Throws.TypeOf<SpaException>().With.Message.Contains("none of 1 judgements"));

    [TestCase("a {x} b {y} {z", "a {y} b 2 {z")]
    [TestCase("{{x}}", "{{y}}")]
    [TestCase("{ {x}", "{ {y}")]
    [TestCase("{X}{}", "{X}{}")]
    [TestCase("", "")]
    public void Places_are_filled_once_and_other_braces_stay(string template, string expected) =>
        Assert.That(FilledText.Fill(template, new Dictionary<string, string> { ["x"] = "{y}", ["y"] = "2" }), Is.EqualTo(expected));
}
