using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Tokenizers;
using Spa.Engine.Text;
using Tokenizer = Spa.Engine.Text.Tokenizer;

namespace Spa.Engine.Tests.Text.Tokenization;

/// <summary>
/// Our ids against those of Microsoft.ML.Tokenizers, where both know the kind and agree on how text is cut into words. Left out is what it does otherwise than the original: ASCII symbols
/// are no punctuation in its BERT, and runs of one letter, where several ways are equally good, it cuts by sums in float32.
/// </summary>
internal sealed class SecondOpinionTests
{
    private static readonly string[] s_words = ["the", "policy", "prefers", "chosen", "rejected", "response", "model", "loss", "unaffable", "x", "re-read", "don't", "3.14", "(beta)"];

    private static readonly Gen<string> s_texts = Gen.Select(Gen.Int[0, s_words.Length - 1].Select(index => s_words[index]), Gen.Char['a', 'z'].Array[1, 9], Gen.Bool)
        .Array[1, 12].Select(parts => string.Join(' ', parts.Select(part => part.Item3 ? part.Item1 : WithoutRuns(part.Item2))));

    [Test]
    public void Byte_level_BPE_gives_the_same_ids()
    {
        JsonNode model = JsonNode.Parse(Written(TestTexts.Small))!["model"]!;
        BpeOptions options = new(model["vocab"]!.AsObject().Select(entry => KeyValuePair.Create(entry.Key, entry.Value!.GetValue<int>())))
        {
            Merges = model["merges"]!.AsArray().Select(merge => $"{merge![0]} {merge[1]}"),
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"), null),
        };
        BpeTokenizer other = BpeTokenizer.Create(options);
        s_texts.Sample(text => other.EncodeToIds(text).SequenceEqual(TestTexts.Small.Encode(text, addSpecialTokens: false)));
    }

    [Test]
    public void WordPiece_gives_the_same_ids()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Text", "Tokenization", "Goldens", "wordpiece.json");
        Tokenizer ours = TokenizerJson.Load(path);
        string[] tokens = [.. JsonNode.Parse(File.ReadAllText(path))!["model"]!["vocab"]!.AsObject().OrderBy(entry => entry.Value!.GetValue<int>()).Select(entry => entry.Key)];
        BertTokenizer other = BertTokenizer.Create(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', tokens))), new BertOptions());
        s_texts.Sample(text => other.EncodeToIds(text).SequenceEqual(ours.Encode(text, addSpecialTokens: true)));
    }

    [Test]
    public void Unigram_gives_the_same_ids()
    {
        (string Piece, float Score, int Type)[] pieces = Pieces((piece, index) => -3 + MathF.Sin(index * index) + 0.5f * piece.Length);
        SentencePieceTokenizer other = SentencePieceTokenizer.Create(SentencePieceFile.Write(pieces, bpe: false), addBeginningOfSentence: false);
        JsonObject model = new() { ["type"] = "Unigram", ["unk_id"] = 0, ["vocab"] = new JsonArray([.. pieces.Select(piece => (JsonNode)new JsonArray(piece.Piece, (double)piece.Score))]) };
        Tokenizer ours = Parse(new JsonObject { ["model"] = model, ["pre_tokenizer"] = Metaspace() });
        s_texts.Sample(text => other.EncodeToIds(text).SequenceEqual(ours.Encode(text, addSpecialTokens: false)));
    }

    [Test]
    public void SentencePiece_BPE_gives_the_same_ids()
    {
        (string Piece, float Score, int Type)[] pieces = Pieces((_, index) => -index);
        SentencePieceTokenizer other = SentencePieceTokenizer.Create(SentencePieceFile.Write(pieces, bpe: true), addBeginningOfSentence: false);
        Dictionary<string, object> gguf = new()
        {
            ["tokenizer.ggml.model"] = "llama",
            ["tokenizer.ggml.tokens"] = pieces.Select(piece => piece.Piece).ToArray(),
            ["tokenizer.ggml.scores"] = pieces.Select(piece => piece.Score).ToArray(),
            ["tokenizer.ggml.token_type"] = pieces.Select(piece => piece.Type).ToArray(),
            ["tokenizer.ggml.add_bos_token"] = false,
        };
        Tokenizer ours = GgufVocabulary.Load(gguf);
        s_texts.Sample(text => other.EncodeToIds(text).SequenceEqual(ours.Encode(text, addSpecialTokens: false)));
    }

    // All pieces of some words up to five characters; every pair of neighbours that joins to one has its own score.
    private static (string Piece, float Score, int Type)[] Pieces(Func<string, int, float> score)
    {
        IEnumerable<string> parts = s_words.Select(word => "\u2581" + word)
            .SelectMany(word => Enumerable.Range(0, word.Length).SelectMany(start => Enumerable.Range(1, Math.Min(5, word.Length - start)).Select(length => word.Substring(start, length))));
        string[] pieces = [.. parts.Concat(Enumerable.Range('a', 26).Select(c => ((char)c).ToString())).Distinct().OrderBy(piece => piece.Length).ThenBy(piece => piece, StringComparer.Ordinal)];
        return [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), .. pieces.Select((piece, index) => (piece, score(piece, index), 1))];
    }

    private static string WithoutRuns(char[] letters) => new([.. letters.Where((letter, i) => i == 0 || letter != letters[i - 1])]);

    private static JsonObject Metaspace() => new() { ["type"] = "Metaspace", ["replacement"] = "\u2581", ["prepend_scheme"] = "always", ["split"] = false };

    private static Tokenizer Parse(JsonObject json) => TokenizerJson.Parse(new MemoryStream(Encoding.UTF8.GetBytes(json.ToJsonString())), "test");

    private static byte[] Written(Tokenizer tokenizer)
    {
        using MemoryStream file = new();
        TokenizerJson.Write(tokenizer, file);
        return file.ToArray();
    }
}
