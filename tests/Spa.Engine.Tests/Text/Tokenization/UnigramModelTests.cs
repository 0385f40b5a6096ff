using Spa.Engine.Text;
using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Tests.Text.Tokenization;

internal sealed class UnigramModelTests
{
    private static readonly Gen<(string Token, double Score)[]> s_vocabularies = Gen.Select(Gen.Char["abc\u00E9"].Array[1, 4], Gen.Int[-4000, -1])
        .Array[0, 12].Select(entries => entries.Select(entry => (new string(entry.Item1), entry.Item2 / 512.0)).DistinctBy(entry => entry.Item1).Prepend(("<unk>", 0.0)).ToArray());

    [Test]
    public void No_way_to_cut_a_text_scores_more_than_the_one_chosen() =>
        Gen.Select(s_vocabularies, Gen.Char["abcd\u00E9"].Array[1, 10]).Sample((vocabulary, chars) =>
        {
            string text = new(chars);
            UnigramModel model = new(vocabulary, 0, byteFallback: false);
            EncodeScratch scratch = new();
            model.Encode(text, asBytes: false, scratch);
            double unknown = vocabulary.Min(entry => entry.Score) - 10;
            // Scores are multiples of 1/512, so sums are exact. A run of unknown characters is one id, so its characters are counted again here.
            int known = scratch.Ids.Where(id => id != 0).Sum(id => vocabulary[id].Token.Length);
            double chosen = scratch.Ids.Where(id => id != 0).Sum(id => vocabulary[id].Score) + (text.Length - known) * unknown;
            return chosen == Best(text, vocabulary, unknown);
        });

    [TestCase("ab", "ab", TestName = "The_longer_token_wins_where_its_score_is_better")]
    [TestCase("cd", "c d", TestName = "Two_tokens_win_where_their_sum_is_better")]
    [TestCase("xyzab", "<unk> ab", TestName = "Neighbouring_unknown_characters_are_one_token")]
    public void Chooses_by_the_sum_of_scores(string text, string expected)
    {
        UnigramModel model = new([("<unk>", 0), ("a", -2), ("b", -2), ("ab", -3), ("c", -1), ("d", -1), ("cd", -3)], 0, byteFallback: false);
        Assert.That(Tokens(model, text), Is.EqualTo(expected));
    }

    [Test]
    public void Unknown_text_becomes_its_bytes_where_all_of_them_have_a_token()
    {
        (string, double)[] bytes = [.. Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0.0))];
        Assert.That(Tokens(new UnigramModel([("<unk>", 0), ("a", -1), .. bytes], 0, byteFallback: true), "a\u00E9"), Is.EqualTo("a <0xC3> <0xA9>"));
        Assert.That(Tokens(new UnigramModel([("<unk>", 0), ("a", -1), .. bytes[..^100]], 0, byteFallback: true), "a\u00E9"), Is.EqualTo("a <unk>"));
    }

    [Test]
    public void Unknown_text_without_an_unknown_token_is_an_error_in_one_line() =>
        Assert.That(() => Tokens(new UnigramModel([("a", -1)], null, byteFallback: false), "ab"), Throws.TypeOf<SpaException>().With.Message.Contains("no token for 'b'"));

    [Test]
    public void A_million_equal_characters_are_cut_in_one_pass()
    {
        UnigramModel model = new([("<unk>", 0), .. Enumerable.Range(1, 16).Select(n => (new string('a', n), -1.0 * n))], 0, byteFallback: false);
        EncodeScratch scratch = new();
        model.Encode(new string('a', 1_000_000), asBytes: false, scratch);
        Assert.That(scratch.Ids, Has.Count.GreaterThan(60_000));
    }

    private static double Best(string text, (string Token, double Score)[] vocabulary, double unknown)
    {
        if (text.Length == 0) return 0;
        double best = vocabulary.All(entry => entry.Token != text[..1]) ? unknown + Best(text[1..], vocabulary, unknown) : double.NegativeInfinity;
        foreach ((string token, double score) in vocabulary)
            if (text.StartsWith(token, StringComparison.Ordinal)) best = Math.Max(best, score + Best(text[token.Length..], vocabulary, unknown));
        return best;
    }

    private static string Tokens(UnigramModel model, string text)
    {
        EncodeScratch scratch = new();
        model.Encode(text, asBytes: false, scratch);
        return string.Join(' ', scratch.Ids.Select(model.TokenOf));
    }
}
