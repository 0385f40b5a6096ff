using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class CanonicalNormalizerTests
{
    [TestCase("e\u0301", "\u00E9")]
    [TestCase("\u1E0B\u0323", "\u1E0D\u0307", TestName = "Composes_through_a_mark_of_another_class")]
    [TestCase("q\u0307\u0323", "q\u0323\u0307", TestName = "Sorts_marks_by_class")]
    [TestCase("\u212B", "\u00C5", TestName = "Replaces_singletons")]
    [TestCase("\u0958", "\u0915\u093C", TestName = "Keeps_excluded_compositions_apart")]
    [TestCase("\u1112\u1161\u11AB", "\uD55C", TestName = "Joins_Hangul")]
    [TestCase("\uD83D\uDE00e\u0301", "\uD83D\uDE00\u00E9", TestName = "Leaves_astral_characters_alone")]
    [TestCase("a\u1AC0\u0323", "a\u1AC0\u0323", TestName = "Does_not_move_marks_after_Unicode_9")]
    [TestCase("\uD806\uDD35\uD806\uDD30", "\uD806\uDD35\uD806\uDD30", TestName = "Does_not_join_pairs_after_Unicode_9")]
    public void Composes_as_the_reference_does(string text, string expected) =>
        Assert.That(new CanonicalNormalizer(composes: true).Normalize(text), Is.EqualTo(expected));

    [Test]
    public void Normalizing_twice_is_normalizing_once() => TestTexts.Text.Sample(text =>
    {
        CanonicalNormalizer composer = new(composes: true), decomposer = new(composes: false);
        string composed = composer.Normalize(text), decomposed = decomposer.Normalize(text);
        return composer.Normalize(composed) == composed && decomposer.Normalize(decomposed) == decomposed
            && composer.Normalize(decomposed) == composed && decomposer.Normalize(composed) == decomposed;
    });
}
