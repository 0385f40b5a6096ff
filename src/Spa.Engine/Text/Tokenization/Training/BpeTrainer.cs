using System.Runtime.InteropServices;
using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Text;

/// <summary>
/// Trains a byte-level BPE tokenizer (GPT-2's cuts, no space put in front). Again and again the most frequent pair of neighbours becomes a
/// token, among equals the pair with the lowest ids, with the bookkeeping of Hugging Face's BpeTrainer, so that both learn the same.
/// The result depends on the texts only, not on their order.
/// </summary>
public static class BpeTrainer
{
    private static readonly ByteLevelOptions s_byteLevel = new(AddPrefixSpace: false, TrimOffsets: true, UseRegex: true);

    /// <summary>Trains on texts, which are read once.</summary>
    /// <exception cref="SpaException">The vocabulary is too small for the special tokens and the bytes, or a special token is listed twice.</exception>
    public static Tokenizer Train(IEnumerable<string> texts, BpeTrainerOptions options)
    {
        Vocabulary vocabulary = StartVocabulary(options);
        PairMerger merger = new(vocabulary, Count(texts));
        List<(int Left, int Right)> merges = [];
        while (vocabulary.Size < options.VocabularySize && merger.MergeBest(options.MinimumFrequency) is (int, int) pair) merges.Add(pair);
        return Build(vocabulary, merges, options.SpecialTokens);
    }

    private static Vocabulary StartVocabulary(BpeTrainerOptions options)
    {
        int least = options.SpecialTokens.Count + 256;
        if (options.VocabularySize < least || options.VocabularySize > Vocabulary.Limit)
            throw new SpaException(
                $"a vocabulary of {options.VocabularySize} tokens cannot be trained: expected {least} (special tokens and bytes) to {Vocabulary.Limit}");
        Vocabulary vocabulary = new();
        char[] alphabet = ByteAlphabet.Chars.ToArray();
        Array.Sort(alphabet);
        foreach (string token in options.SpecialTokens.Concat(alphabet.Select(c => c.ToString())))
            if (vocabulary.Add(token, vocabulary.Size) is string problem) throw new SpaException($"the tokenizer cannot be trained: {problem}");
        return vocabulary;
    }

    private static Dictionary<string, long> Count(IEnumerable<string> texts)
    {
        BpeModel none = new(new Vocabulary(), [], new BpeOptions());
        Tokenizer cutter = new(new TokenizerParts(none) { PreTokenizer = new ByteLevelPreTokenizer(s_byteLevel) });
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        foreach (string text in texts)
            foreach (string word in cutter.Words(text)) CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
        return counts;
    }

    private static Tokenizer Build(Vocabulary vocabulary, IReadOnlyList<(int Left, int Right)> merges, IReadOnlyList<string> specialTokens) =>
        new(new TokenizerParts(new BpeModel(vocabulary, merges, new BpeOptions()))
        {
            AddedTokens = [.. specialTokens.Select((token, id) => new AddedToken(id, token, Special: true))],
            PreTokenizer = new ByteLevelPreTokenizer(s_byteLevel),
            Decoder = new ByteLevelDecoder(s_byteLevel),
        });
}
