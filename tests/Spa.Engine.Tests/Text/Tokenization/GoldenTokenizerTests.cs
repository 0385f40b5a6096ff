using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

[TestFixtureSource(typeof(GoldenRows), nameof(GoldenRows.Folders))]
public sealed class GoldenTokenizerTests(string folder)
{
    private Tokenizer Tokenizer => GoldenRows.Tokenizer(folder);

    [Test]
    public void Encodes_every_text_to_the_ids_of_the_reference() => GoldenRows.AssertAll(folder, "goldens.jsonl", row =>
    {
        string text = GoldenRows.Text(row, "text");
        int[] expected = GoldenRows.Ints(row, "ids"), expectedSpecial = GoldenRows.Ints(row, "ids_special");
        int[] ids = Tokenizer.Encode(text, addSpecialTokens: false), idsSpecial = Tokenizer.Encode(text, addSpecialTokens: true);
        return ids.SequenceEqual(expected) && idsSpecial.SequenceEqual(expectedSpecial)
            ? null : $"{GoldenRows.Show(text)} gave {GoldenRows.Show(ids)}, expected {GoldenRows.Show(expected)}";
    });

    [TestCase("goldens.jsonl")]
    [TestCase("decode.jsonl")]
    public void Decodes_every_list_of_ids_to_the_text_of_the_reference(string file) => GoldenRows.AssertAll(folder, file, row =>
    {
        int[] ids = GoldenRows.Ints(row, "ids");
        string text = Tokenizer.Decode(ids, skipSpecialTokens: false), expected = GoldenRows.Text(row, "decoded");
        string skipped = Tokenizer.Decode(ids, skipSpecialTokens: true), expectedSkipped = GoldenRows.Text(row, "decoded_skip");
        if (text != expected) return $"{GoldenRows.Show(ids)} gave {GoldenRows.Show(text)}, expected {GoldenRows.Show(expected)}";
        return skipped == expectedSkipped ? null : $"{GoldenRows.Show(ids)} skipping gave {GoldenRows.Show(skipped)}, expected {GoldenRows.Show(expectedSkipped)}";
    });

    [Test]
    public void Streams_the_pieces_of_the_reference() => GoldenRows.AssertAll(folder, "stream.jsonl", row =>
    {
        StreamingDecoder stream = Tokenizer.CreateStream(row.GetProperty("skip_special_tokens").GetBoolean());
        string[] expected = [.. row.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString()!)];
        // Where the reference gave up there are fewer pieces than ids; ours goes on, and that must not throw.
        string[] pieces = [.. GoldenRows.Ints(row, "ids").Select(stream.Push).ToArray().Take(expected.Length)];
        stream.Flush();
        return pieces.SequenceEqual(expected)
            ? null : $"{GoldenRows.Show(string.Join('|', pieces))}, expected {GoldenRows.Show(string.Join('|', expected))}";
    });

    [Test]
    public void Streamed_pieces_and_the_flushed_rest_join_to_the_whole_text() => GoldenRows.AssertAll(folder, "goldens.jsonl", row =>
    {
        int[] ids = GoldenRows.Ints(row, "ids_special");
        StreamingDecoder stream = Tokenizer.CreateStream(skipSpecialTokens: false);
        string joined = string.Concat(ids.Select(stream.Push)) + stream.Flush(), whole = Tokenizer.Decode(ids, skipSpecialTokens: false);
        return joined == whole ? null : $"{GoldenRows.Show(joined)}, expected {GoldenRows.Show(whole)}";
    });

    [Test]
    public void A_tokenizer_that_was_written_and_read_again_encodes_and_decodes_the_same()
    {
        using MemoryStream file = new();
        TokenizerJson.Write(Tokenizer, file);
        file.Position = 0;
        Tokenizer again = TokenizerJson.Parse(file, "written");
        GoldenRows.AssertAll(folder, "goldens.jsonl", row =>
        {
            string text = GoldenRows.Text(row, "text");
            int[] ids = again.Encode(text, addSpecialTokens: true);
            bool same = ids.SequenceEqual(GoldenRows.Ints(row, "ids_special"))
                && again.Decode(GoldenRows.Ints(row, "ids"), skipSpecialTokens: true) == GoldenRows.Text(row, "decoded_skip");
            return same ? null : GoldenRows.Show(text);
        });
    }
}
