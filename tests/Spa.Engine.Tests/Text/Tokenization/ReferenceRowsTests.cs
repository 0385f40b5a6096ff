using System.Text.Json;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

/// <summary>
/// Small tokenizers in the shape of XLM-R, ALBERT, BERT and RoBERTa, and what Hugging Face's library gives for texts of many scripts (Goldens/, made once with
/// tokenizers through the package Tokenizers.DotNet 1.4.1).
/// </summary>
[TestFixture("unigram")]
[TestFixture("unigram-bytes")]
[TestFixture("wordpiece")]
[TestFixture("wordpiece-cased")]
internal sealed class ReferenceRowsTests(string name)
{
    private readonly Tokenizer _tokenizer = TokenizerJson.Load(PathOf(name + ".json"));

    private IEnumerable<(string Text, int[] Ids, string Decoded)> Rows => File.ReadLines(PathOf(name + ".jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
        .Select(row => (GoldenRows.Text(row, "text"), GoldenRows.Ints(row, "ids"), GoldenRows.Text(row, "decoded")));

    [Test]
    public void Encodes_and_decodes_as_the_reference_does() => AssertAll(_tokenizer);

    [Test]
    public void Written_and_read_again_it_does_the_same()
    {
        using MemoryStream file = new();
        TokenizerJson.Write(_tokenizer, file);
        file.Position = 0;
        AssertAll(TokenizerJson.Parse(file, "written"));
    }

    private void AssertAll(Tokenizer tokenizer) => Assert.Multiple(() =>
    {
        foreach ((string text, int[] ids, string decoded) in Rows)
        {
            Assert.That(tokenizer.Encode(text, addSpecialTokens: true), Is.EqualTo(ids), GoldenRows.Show(text));
            Assert.That(tokenizer.Decode(ids, skipSpecialTokens: true), Is.EqualTo(decoded), GoldenRows.Show(text));
        }
    });

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Text", "Tokenization", "Goldens", file);
}
