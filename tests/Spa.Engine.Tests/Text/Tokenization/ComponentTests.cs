using System.Text;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

/// <summary>Components of tokenizer.json that few models use, each by what its definition gives for a text.</summary>
internal sealed class ComponentTests
{
    // GPT's way to mark words: the last symbol of a piece ends in </w>.
    private const string EndOfWord = """
        {"type":"BPE","end_of_word_suffix":"</w>","unk_token":"<unk>","merges":["l o","lo w</w>","lo w","e r</w>"],
        "vocab":{"l":0,"o":1,"w":2,"w</w>":3,"lo":4,"low</w>":5,"e":6,"r</w>":7,"low":8,"er</w>":9,"<unk>":10}}
        """;

    // BERT's way, in a BPE model: every symbol but a piece's first begins with ##.
    private const string Continuing = """
        {"type":"BPE","continuing_subword_prefix":"##","merges":["##b ##c","a ##bc"],"vocab":{"a":0,"##b":1,"##c":2,"##bc":3,"abc":4,"b":5}}
        """;

    // Merges that take SentencePiece's mark along behind a character, a byte's token and the unknown one; a text is cut before its other marks only.
    private const string Marks = """
        {"type":"BPE","unk_token":"<unk>","byte_fallback":true,"merges":["a ▁","▁ b","<0x0A> ▁","<unk> ▁"],
        "vocab":{"a":0,"▁":1,"b":2,"a▁":3,"▁b":4,"c":5,"<0x0A>":6,"<0x0A>▁":7,"<unk>":8,"<unk>▁":9}}
        """;

    private const string Words = """{"type":"WordLevel","unk_token":"[UNK]","vocab":{"[UNK]":0,"the":1,"cat":2}}""";

    [TestCase("""{"type":"FixedLength","length":3}""", "Hello \U0001F44B world", "Hel|lo |\U0001F44B w|orl|d")]
    [TestCase("""{"type":"FixedLength"}""", "Hello world", "Hello| worl|d")]
    [TestCase("""{"type":"FixedLength","length":99}""", "Short", "Short")]
    [TestCase("""{"type":"UnicodeScripts"}""", "Apples are りんご 林檎", "Apples are |りんご 林檎", TestName = "Kana are cut like Han, and spaces stay with what stands before")]
    [TestCase("""{"type":"UnicodeScripts"}""", "どこで生れ。Yes", "どこで生れ|。|Yes", TestName = "Punctuation has a script of its own, Common")]
    [TestCase("""{"type":"UnicodeScripts"}""", "カード12", "カード|12", TestName = "The long vowel mark is Han")]
    [TestCase("""{"type":"UnicodeScripts"}""", "кот and κύων", "кот |and |κύων")]
    [TestCase("""{"type":"UnicodeScripts"}""", "  a\U00010400 ", "a|\U00010400 ", TestName = "Spaces before everything are dropped")]
    [TestCase("""{"type":"UnicodeScripts"}""", "   ", "")]
    public void Cuts_text_as_defined(string preTokenizer, string text, string pieces)
    {
        Tokenizer tokenizer = Parse($$"""{"pre_tokenizer":{{preTokenizer}},"model":{{Words}}}""");
        Assert.That(string.Join('|', tokenizer.Words(text)), Is.EqualTo(pieces));
        Assert.That(string.Join('|', Again(tokenizer).Words(text)), Is.EqualTo(pieces), "written and read again");
    }

    [TestCase(Words, "the cat", new[] { 1, 2 })]
    [TestCase(Words, "cats the", new[] { 0, 1 })]
    [TestCase(EndOfWord, "low", new[] { 5 })]
    [TestCase(EndOfWord, "lower", new[] { 8, 9 })]
    [TestCase(EndOfWord, "w low", new[] { 3, 5 })]
    [TestCase(EndOfWord, "l", new[] { 10 })]
    [TestCase(Continuing, "abc", new[] { 4 })]
    [TestCase(Continuing, "abcb b", new[] { 4, 1, 5 })]
    [TestCase(Marks, "a▁bc▁b", new[] { 3, 2, 5, 4 })]
    [TestCase(Marks, "aa▁▁b", new[] { 0, 3, 4 })]
    [TestCase(Marks, "x▁b", new[] { 8, 4 })]
    [TestCase(Marks, "x▁", new[] { 9 })]
    public void Gives_the_ids_of_the_definition(string model, string text, int[] ids)
    {
        Tokenizer tokenizer = Parse($$"""{"pre_tokenizer":{"type":"WhitespaceSplit"},"model":{{model}}}""");
        Assert.That(tokenizer.Encode(text, addSpecialTokens: false), Is.EqualTo(ids));
        Assert.That(Again(tokenizer).Encode(text, addSpecialTokens: false), Is.EqualTo(ids), "written and read again");
    }

    // The reference falls back to the bytes of the symbol with its mark, and so do we.
    [Test]
    public void Bytes_stand_for_a_symbol_with_its_mark()
    {
        string vocabulary = string.Join(',', Enumerable.Range(0, 256).Select(b => $"\"<0x{b:X2}>\":{b}"));
        Tokenizer tokenizer = Parse("""{"model":{"type":"BPE","byte_fallback":true,"end_of_word_suffix":"$","merges":[],"vocab":{""" + vocabulary + "}}}");
        Assert.That(tokenizer.Encode("éa", addSpecialTokens: false), Is.EqualTo(new[] { 0xC3, 0xA9, 'a', '$' }));
    }

    [Test]
    public void A_word_that_nothing_stands_for_is_named()
    {
        Tokenizer tokenizer = Parse("""{"model":{"type":"WordLevel","unk_token":"[UNK]","vocab":{"a":0}}}""");
        Assert.That(tokenizer.Encode("a", addSpecialTokens: false), Is.EqualTo(new[] { 0 }));
        Assert.That(() => tokenizer.Encode("b", addSpecialTokens: false), Throws.TypeOf<SpaException>().With.Message.Contains("'b'").And.Message.Contains("'[UNK]'"));
    }

    // tokenizer.json did not name its model at first; the fields tell.
    [TestCase("""{"vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}""", "ab", new[] { 2 })]
    [TestCase("""{"unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"a":1,"##b":2}}""", "ab", new[] { 1, 2 })]
    [TestCase("""{"unk_token":"[UNK]","vocab":{"[UNK]":0,"ab":1}}""", "ab", new[] { 1 })]
    [TestCase("""{"unk_id":0,"vocab":[["?",0],["a",-1],["b",-1]]}""", "ab", new[] { 1, 2 })]
    public void A_model_without_a_name_is_told_by_its_fields(string model, string text, int[] ids) =>
        Assert.That(Parse($$"""{"model":{{model}}}""").Encode(text, addSpecialTokens: false), Is.EqualTo(ids));

    [TestCase("""{"type":"BPEDecoder"}""", "low|er</w>|low</w>", "lower low")]
    [TestCase("""{"type":"BPEDecoder","suffix":"@"}""", "a@|b|c@", "a bc")]
    [TestCase("""{"type":"CTC"}""", "<pad>|<pad>|h|e|e|l|l|<pad>|l|o|o|o|<pad>", "hello", TestName = "Repeats are one token unless padding stands between")]
    [TestCase("""{"type":"CTC","pad_token":"_","word_delimiter_token":"/"}""", "a|_|/|/|_|b| !|c", "a b!c")]
    [TestCase("""{"type":"CTC","pad_token":"_","word_delimiter_token":"/","cleanup":false}""", "a|/|/|b| !", "a/b !")]
    [TestCase("""{"type":"WordPiece","prefix":"##","cleanup":true}""", "do|##n|'|t|,|ok", "don ' t, ok")]
    public void Joins_tokens_as_defined(string decoder, string tokens, string text)
    {
        string[] entries = tokens.Split('|');
        string[] distinct = [.. entries.Distinct()];
        string vocabulary = string.Join(',', distinct.Select((token, id) => $"\"{token}\":{id}"));
        Tokenizer tokenizer = Parse("""{"decoder":""" + decoder + ""","model":{"type":"WordLevel","vocab":{""" + vocabulary + "}}}");
        int[] ids = [.. entries.Select(token => Array.IndexOf(distinct, token))];
        Assert.That(tokenizer.Decode(ids, skipSpecialTokens: false), Is.EqualTo(text));
        Assert.That(Again(tokenizer).Decode(ids, skipSpecialTokens: false), Is.EqualTo(text), "written and read again");
        Assert.That(tokenizer.Decode([], skipSpecialTokens: false), Is.Empty);
    }

    private static Tokenizer Parse(string json) => TokenizerJson.Parse(new MemoryStream(Encoding.UTF8.GetBytes(json)), "test");

    private static Tokenizer Again(Tokenizer tokenizer)
    {
        using MemoryStream file = new();
        TokenizerJson.Write(tokenizer, file);
        file.Position = 0;
        return TokenizerJson.Parse(file, "written");
    }
}
