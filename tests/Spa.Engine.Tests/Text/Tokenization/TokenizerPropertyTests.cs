using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class TokenizerPropertyTests
{
    [Test]
    public void A_byte_level_tokenizer_gives_back_any_text() => TestTexts.Text.Sample(text =>
        TestTexts.Small.Decode(TestTexts.Small.Encode(text, addSpecialTokens: false), skipSpecialTokens: false) == text);

    [Test]
    public void Streamed_pieces_join_to_the_whole_text() => TestTexts.Text.Sample(text =>
    {
        StreamingDecoder stream = TestTexts.Small.CreateStream(skipSpecialTokens: false);
        return string.Concat(TestTexts.Small.Encode(text, addSpecialTokens: false).Select(stream.Push)) + stream.Flush() == text;
    });

    [Test]
    public void Streamed_pieces_of_random_ids_join_to_their_decoding() => Gen.Int[-2, TestTexts.Small.VocabularySize + 2].Array[0, 60].Sample(ids =>
    {
        StreamingDecoder stream = TestTexts.Small.CreateStream(skipSpecialTokens: true);
        return string.Concat(ids.Select(stream.Push)) + stream.Flush() == TestTexts.Small.Decode(ids, skipSpecialTokens: true);
    });

    [Test]
    public void Special_tokens_inside_a_text_are_found_and_can_be_skipped()
    {
        Tokenizer tokenizer = TestTexts.Small;
        int[] ids = tokenizer.Encode("<|a|>the fox<|b|>", addSpecialTokens: false);
        Assert.That(ids[0], Is.EqualTo(0));
        Assert.That(ids[^1], Is.EqualTo(1));
        Assert.That(tokenizer.IsSpecial(0) && tokenizer.IsSpecial(1) && !tokenizer.IsSpecial(2) && !tokenizer.IsSpecial(-1) && !tokenizer.IsSpecial(99_999));
        Assert.That(tokenizer.Decode(ids, skipSpecialTokens: true), Is.EqualTo("the fox"));
        Assert.That(tokenizer.TokenToId("<|b|>"), Is.EqualTo(1));
        Assert.That(tokenizer.IdToToken(1), Is.EqualTo("<|b|>"));
        Assert.That(tokenizer.TokenToId("no such token"), Is.Null);
        Assert.That(tokenizer.IdToToken(tokenizer.VocabularySize), Is.Null);
    }

    [Test]
    public void Unpaired_surrogates_count_as_the_replacement_character()
    {
        Tokenizer tokenizer = TestTexts.Small;
        Assert.That(tokenizer.Encode("a\uD800b\uDC00", addSpecialTokens: false), Is.EqualTo(tokenizer.Encode("a\uFFFDb\uFFFD", addSpecialTokens: false)));
    }

    [Test]
    public void Many_threads_get_the_ids_of_one()
    {
        string[] texts = [.. Enumerable.Range(0, 400).Select(i => $"{TestTexts.Corpus[i % 7]} {i} {TestTexts.Corpus[i / 7 % 7]}")];
        int[][] expected = [.. texts.Select(text => TestTexts.Small.Encode(text, addSpecialTokens: true))];
        int[][] parallel = [.. texts.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(text => TestTexts.Small.Encode(text, addSpecialTokens: true))];
        Assert.That(parallel, Is.EqualTo(expected));
    }

    [Test]
    public void The_word_cache_may_fill_up_and_begin_again()
    {
        // 60,000 distinct words are more than twice what the cache holds.
        string text = string.Join(' ', Enumerable.Range(0, 60_000).Select(i => $"w{i * 7919 % 60_000}"));
        Assert.That(TestTexts.Small.Decode(TestTexts.Small.Encode(text, addSpecialTokens: false), skipSpecialTokens: false), Is.EqualTo(text));
    }

    [Test]
    public void A_million_characters_without_a_space_tokenise_and_come_back()
    {
        // With quadratic merging this would take hours; the bound itself is watched by the benchmark.
        string text = string.Concat(Enumerable.Repeat("thequickbrownfoxjumpsoverthelazydog", 30_000));
        Assert.That(TestTexts.Small.Decode(TestTexts.Small.Encode(text, addSpecialTokens: false), skipSpecialTokens: false), Is.EqualTo(text));
    }
}
