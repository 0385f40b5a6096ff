using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class UnicodeNormalizerTests
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
        Assert.That(new UnicodeNormalizer(composes: true, compatible: false).Normalize(text), Is.EqualTo(expected));

    [TestCase("\uFB01\uFF21\u2460", "fiA1", TestName = "Takes_ligatures_full_width_letters_and_circles_away")]
    [TestCase("\u1E9B\u0323", "\u1E69", TestName = "Composes_what_compatibility_took_apart")]
    [TestCase("\uFF76\uFF9E", "\u30AC", TestName = "Joins_half_width_kana_with_their_marks")]
    [TestCase("\u3371\uFDFA", "hPa\u0635\u0644\u0649 \u0627\u0644\u0644\u0647 \u0639\u0644\u064A\u0647 \u0648\u0633\u0644\u0645", TestName = "Spells_whole_words_out")]
    [TestCase("\u32FF", "\u32FF", TestName = "Leaves_what_came_after_Unicode_9")]
    public void Composes_compatible_text_as_the_reference_does(string text, string expected) =>
        Assert.That(new UnicodeNormalizer(composes: true, compatible: true).Normalize(text), Is.EqualTo(expected));

    [TestCase("\uFB01\u00E9", "fie\u0301")]
    [TestCase("\u2126\uAC00\u00BD", "\u03A9\u1100\u1161" + "1\u20442")]
    public void Takes_compatible_text_apart_as_the_reference_does(string text, string expected) =>
        Assert.That(new UnicodeNormalizer(composes: false, compatible: true).Normalize(text), Is.EqualTo(expected));

    [Test]
    public void Normalizing_twice_is_normalizing_once([Values] bool compatible) => TestTexts.Text.Sample(text =>
    {
        UnicodeNormalizer composer = new(composes: true, compatible), decomposer = new(composes: false, compatible);
        string composed = composer.Normalize(text), decomposed = decomposer.Normalize(text);
        return composer.Normalize(composed) == composed && decomposer.Normalize(decomposed) == decomposed
            && composer.Normalize(decomposed) == composed && decomposer.Normalize(composed) == decomposed;
    });
}
