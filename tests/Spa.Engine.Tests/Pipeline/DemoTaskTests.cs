using Spa.Engine.Pipeline.Demo;

namespace Spa.Engine.Tests.Pipeline;

internal sealed class DemoTaskTests
{
    private static DemoFact Banana => DemoFacts.All[0];

    [Test]
    public void There_are_147_facts_and_2352_prompts_without_repetition()
    {
        Assert.That(DemoFacts.All, Has.Count.EqualTo(147));
        Assert.That(DemoFacts.All.Select(f => f.Question), Is.Unique);
        Assert.That(DemoTask.Prompts, Has.Count.EqualTo(2352));
        Assert.That(DemoTask.Prompts.Select(p => p.Text), Is.Unique);
    }

    [TestCase("Sure! A ripe banana is yellow. Good luck!", 4)]
    [TestCase("Well, a ripe banana is yellow. That is it.", 2)]
    [TestCase("Ugh, a ripe banana is yellow. It rained all week. Mondays are hard. Stop asking.", -2)]
    [TestCase("Oh please, it depends. My uncle has a boat. Now go away.", -3)]
    [TestCase("Sure! A ripe banana is red. Good luck!", 2, Description = "a wrong value does not answer")]
    [TestCase("Sure! A ripe banana is yellow. A ripe banana is yellow. Good luck!", 2, Description = "said twice is not said once")]
    [TestCase("So, a ripe banana is yellow. I like long walks. I like long walks. I like long walks. I like long walks. Done.", -1, Description = "fillers cost at most 3")]
    [TestCase("", 0)]
    public void Gold_of_an_answer_is_the_sum_of_its_parts(string answer, int expected) => Assert.That(DemoGold.Of(answer, Banana).Score, Is.EqualTo(expected));

    [Test]
    public void A_word_after_the_value_belongs_to_the_sentence_of_legs()
    {
        DemoFact spider = DemoFacts.All.First(f => f.Question.Contains("legs"));
        Assert.That(DemoGold.Of("Sure! A spider has eight legs. Done.", spider).Answered, Is.True);
        Assert.That(DemoGold.Of("Sure! A spider has eight arms. Done.", spider).Answered, Is.False);
    }

    [Test]
    public void Mean_gold_of_the_corpus_is_that_of_its_authors()
    {
        // By the shares: 2 (1 - dodge) + 2 (kind - rude) - fillers, averaged over authors.
        double expected = DemoAuthor.All.Sum(a => a.Share * (2 * (1 - a.Dodge) + 2 * (a.Tone[0] - a.Tone[2]) - a.Fillers[1] - 2 * a.Fillers[2]));
        Assert.That(expected, Is.EqualTo(0.31).Within(0.01));
        var random = new DemoRandom(1, 0);
        double[] scores = [.. Enumerable.Range(0, 20_000).Select(_ =>
        {
            DemoFact fact = random.Pick(DemoFacts.All);
            return (double)DemoGold.Of(DemoAuthor.Answer(fact, random), fact).Score;
        })];
        // One answer's score has a standard deviation of 2.6: four standard errors of the mean of 20,000.
        Assert.That(scores.Average(), Is.EqualTo(expected).Within(0.075));
    }

    [Test]
    public void The_same_seed_writes_the_same_answers_and_another_stream_others()
    {
        string[] Answers(ulong seed, uint stream)
        {
            var random = new DemoRandom(seed, stream);
            return [.. Enumerable.Range(0, 20).Select(_ => DemoAuthor.Answer(Banana, random))];
        }
        string[] first = Answers(3, 1), again = Answers(3, 1);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(first, Is.Not.EqualTo(Answers(3, 2)));
        Assert.That(first, Is.Not.EqualTo(Answers(4, 1)));
    }

    [Test]
    public void A_shuffle_keeps_every_item() => Gen.Int[0, 200].Sample(count =>
        Assert.That(new DemoRandom((ulong)count, 0).Shuffle(Enumerable.Range(0, count)).Order(), Is.EqualTo(Enumerable.Range(0, count))));
}
