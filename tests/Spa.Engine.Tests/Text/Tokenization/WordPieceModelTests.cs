using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Tests.Text.Tokenization;

internal sealed class WordPieceModelTests
{
    private static readonly Gen<string[]> s_vocabularies = Gen.Select(Gen.Bool, Gen.Char["abc"].Array[1, 4]).Array[0, 14]
        .Select(entries => entries.Select(entry => (entry.Item1 ? "##" : "") + new string(entry.Item2)).Distinct().Prepend("[UNK]").ToArray());

    [Test]
    public void Takes_the_longest_token_again_and_again() => Gen.Select(s_vocabularies, Gen.Char["abc"].Array[1, 12]).Sample((tokens, chars) =>
    {
        string word = new(chars);
        return Encode(tokens, word, new WordPieceOptions()) == string.Join(' ', Greedy(tokens, word) ?? ["[UNK]"]);
    });

    [TestCase("unaffable", "un ##aff ##able")]
    [TestCase("unaffablex", "[UNK]")]
    [TestCase("\U0001D400\U0001D400", "\U0001D400 ##\U0001D400")]
    public void Cuts_the_words_of_the_paper(string word, string expected) =>
        Assert.That(Encode(["[UNK]", "un", "##aff", "##able", "\U0001D400", "##\U0001D400"], word, new WordPieceOptions()), Is.EqualTo(expected));

    [Test]
    public void A_word_of_more_characters_than_allowed_is_unknown()
    {
        string[] tokens = ["[UNK]", "a", "##a", "\U0001D400", "##\U0001D400"];
        WordPieceOptions options = new(MaxWordLength: 3);
        Assert.That(Encode(tokens, "aaa", options), Is.EqualTo("a ##a ##a"));
        Assert.That(Encode(tokens, "aaaa", options), Is.EqualTo("[UNK]"));
        Assert.That(Encode(tokens, "\U0001D400\U0001D400\U0001D400", options), Is.EqualTo("\U0001D400 ##\U0001D400 ##\U0001D400"));
    }

    // The loop of the original: shorten from the end until a token fits.
    private static List<string>? Greedy(string[] tokens, string word)
    {
        List<string> parts = [];
        for (int start = 0; start < word.Length;)
        {
            int end = word.Length;
            while (end > start && !tokens.Contains((start > 0 ? "##" : "") + word[start..end])) end--;
            if (end == start) return null;
            parts.Add((start > 0 ? "##" : "") + word[start..end]);
            start = end;
        }
        return parts;
    }

    private static string Encode(string[] tokens, string word, WordPieceOptions options)
    {
        Vocabulary vocabulary = new();
        for (int id = 0; id < tokens.Length; id++) vocabulary.Add(tokens[id], id);
        WordPieceModel model = new(vocabulary, options);
        EncodeScratch scratch = new();
        model.Encode(word, asBytes: false, scratch);
        return string.Join(' ', scratch.Ids.Select(model.TokenOf));
    }
}
