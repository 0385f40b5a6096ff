using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class BpeTrainerTests
{
    [Test]
    public void The_first_ids_are_the_special_tokens_and_then_the_bytes_by_their_visible_character()
    {
        Tokenizer tokenizer = BpeTrainer.Train([], new BpeTrainerOptions { VocabularySize = 300, SpecialTokens = ["<x>"] });
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(257));
        Assert.That((string?[])[tokenizer.IdToToken(0), tokenizer.IdToToken(1), tokenizer.IdToToken(2), tokenizer.IdToToken(256)],
            Is.EqualTo((string[])["<x>", "!", "\"", "\u0143"]));
    }

    [Test]
    public void The_most_frequent_pair_merges_first_and_among_equals_the_one_with_the_lowest_ids()
    {
        // Pairs: "ab" and "cd" three times each, then "ef" twice; " a" does not occur, for every word is a text of its own.
        Tokenizer tokenizer = BpeTrainer.Train(["cd", "cd", "cd", "ef", "ef", "ab", "ab", "ab"], new BpeTrainerOptions { VocabularySize = 300 });
        Assert.That(Enumerable.Range(256, 3).Select(tokenizer.IdToToken), Is.EqualTo((string[])["ab", "cd", "ef"]));
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(259));
    }

    [Test]
    public void Overlapping_pairs_are_counted_as_the_reference_counts_them()
    {
        // "aaaa" holds three pairs "aa"; after the merge the word is "aa aa" and the next token "aaaa".
        Tokenizer tokenizer = BpeTrainer.Train(["aaaa"], new BpeTrainerOptions { VocabularySize = 300 });
        Assert.That(Enumerable.Range(256, tokenizer.VocabularySize - 256).Select(tokenizer.IdToToken), Is.EqualTo((string[])["aa", "aaaa"]));
    }

    [Test]
    public void Rare_pairs_stay_apart_where_a_frequency_is_asked_for()
    {
        Tokenizer tokenizer = BpeTrainer.Train(["ab", "ab", "cd"], new BpeTrainerOptions { VocabularySize = 300, MinimumFrequency = 2 });
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(257));
    }

    [Test]
    public void The_result_depends_neither_on_the_order_of_the_texts_nor_on_the_run()
    {
        BpeTrainerOptions options = new() { VocabularySize = 340, SpecialTokens = ["<s>"] };
        byte[] first = Bytes(BpeTrainer.Train(TestTexts.Corpus, options));
        Assert.That(Bytes(BpeTrainer.Train(TestTexts.Corpus, options)), Is.EqualTo(first));
        Assert.That(Bytes(BpeTrainer.Train(TestTexts.Corpus.Reverse(), options)), Is.EqualTo(first));
    }

    [Test]
    public void A_trained_tokenizer_written_and_read_again_is_the_same_file_and_gives_back_any_text()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.json");
        try
        {
            TokenizerJson.Save(TestTexts.Small, path);
            Tokenizer again = TokenizerJson.Load(path);
            Assert.That(Bytes(again), Is.EqualTo(Bytes(TestTexts.Small)));
            TestTexts.Text.Sample(text => again.Decode(again.Encode(text, addSpecialTokens: true), skipSpecialTokens: false) == text);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Training_shortens_its_own_corpus()
    {
        int bytes = TestTexts.Corpus.Sum(System.Text.Encoding.UTF8.GetByteCount);
        Assert.That(TestTexts.Corpus.Sum(text => TestTexts.Small.Encode(text, addSpecialTokens: false).Length), Is.LessThan(bytes * 3 / 4));
    }

    [Test]
    public void Impossible_orders_are_refused_in_one_line()
    {
        Assert.That(() => BpeTrainer.Train([], new BpeTrainerOptions { VocabularySize = 200 }), Throws.TypeOf<SpaException>().With.Message.Contains("200"));
        Assert.That(() => BpeTrainer.Train([], new BpeTrainerOptions { SpecialTokens = ["a", "a"] }), Throws.TypeOf<SpaException>().With.Message.Contains("twice"));
    }

    private static byte[] Bytes(Tokenizer tokenizer)
    {
        using MemoryStream stream = new();
        TokenizerJson.Write(tokenizer, stream);
        return stream.ToArray();
    }
}
