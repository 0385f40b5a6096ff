using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

internal sealed class TransformersPipelineTests
{
    private static readonly TokenizerConfig s_llama = new() { TokenizerClass = "LlamaTokenizer" };

    // Twice a space before a word against once: the mark that is put in front, and the space's own.
    [Test]
    public void A_text_that_begins_with_a_space_gets_other_ids()
    {
        Tokenizer read = GoldenRows.Tokenizer("llama2"), rebuilt = TransformersPipeline.Rebuilt(read, s_llama)!;
        Assert.That(rebuilt.Encode("Hello", addSpecialTokens: true), Is.EqualTo(read.Encode("Hello", addSpecialTokens: true)));
        Assert.That(rebuilt.Encode(" Hello", addSpecialTokens: false), Is.EqualTo(read.Encode("Hello", addSpecialTokens: false)));
        Assert.That(read.Encode(" Hello", addSpecialTokens: false), Is.Not.EqualTo(read.Encode("Hello", addSpecialTokens: false)));
    }

    // The share of texts is the one that was measured with transformers itself.
    [Test]
    public void About_a_tenth_of_the_reference_texts_do()
    {
        Tokenizer read = GoldenRows.Tokenizer("llama2"), rebuilt = TransformersPipeline.Rebuilt(read, s_llama)!;
        string[] texts = [.. GoldenRows.Read("llama2", "goldens.jsonl").Select(row => GoldenRows.Text(row, "text"))];
        double share = texts.Count(text => !rebuilt.Encode(text, addSpecialTokens: true).SequenceEqual(read.Encode(text, addSpecialTokens: true))) / (double)texts.Length;
        Assert.That(share, Is.InRange(0.08, 0.10));
    }

    [Test]
    public void Others_are_read_as_they_stand()
    {
        Assert.That(TransformersPipeline.Rebuilt(GoldenRows.Tokenizer("llama2"), new TokenizerConfig { TokenizerClass = "PreTrainedTokenizerFast" }), Is.Null);
        Assert.That(TransformersPipeline.Rebuilt(GoldenRows.Tokenizer("tiny-bytelevel"), s_llama), Is.Null);
    }
}
