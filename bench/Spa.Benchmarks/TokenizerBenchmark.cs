using System.Text;
using BenchmarkDotNet.Attributes;
using Spa.Engine.Text;

namespace Spa.Benchmarks;

/// <summary>
/// Encoding and decoding on one thread. <see cref="TextBytes"/> divided by the time is the speed in bytes a second; the goal is 5 MB/s.
/// With <c>SPA_TOKENIZER</c> set to a tokenizer.json that one is measured, else one that is trained on the same kind of text.
/// </summary>
[MemoryDiagnoser]
public class TokenizerBenchmark
{
    /// <summary>All texts are ASCII of this length.</summary>
    public const int TextBytes = 1 << 20;

    private const int Seed = 17;

    private static readonly string[] s_words =
    [
        "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "was", "on", "with", "as", "be", "at", "by", "from", "this", "have",
        "are", "not", "which", "but", "they", "his", "her", "or", "had", "an", "were", "when", "more", "there", "would", "their", "what",
        "about", "people", "some", "time", "could", "these", "only", "other", "new", "then", "first", "may", "any", "like", "now", "my",
        "such", "should", "because", "each", "just", "those", "between", "good", "while", "last", "might", "great", "year", "since",
        "against", "go", "came", "right", "used", "take", "three", "don't", "it's", "you're", "preference", "alignment", "language",
        "model", "reinforcement", "annotation", "gradient", "approximately", "internationalization", "consciousness", "neighbourhood",
    ];

    private Tokenizer _tokenizer = null!;
    private string _english = "";
    private string _distinct = "";
    private string _unbroken = "";
    private int[] _ids = [];

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(Seed);
        _english = English(random);
        _distinct = Distinct(random);
        _unbroken = new string([.. Enumerable.Range(0, TextBytes).Select(_ => (char)('a' + random.Next(26)))]);
        _tokenizer = Environment.GetEnvironmentVariable("SPA_TOKENIZER") is { Length: > 0 } path
            ? TokenizerJson.Load(path)
            : BpeTrainer.Train([English(new Random(Seed + 1))], new BpeTrainerOptions { VocabularySize = 4096 });
        _ids = _tokenizer.Encode(_english, addSpecialTokens: false);
    }

    /// <summary>Ordinary prose: the word cache answers nearly always.</summary>
    [Benchmark(Baseline = true)]
    public int EncodeEnglish() => _tokenizer.Encode(_english, addSpecialTokens: false).Length;

    /// <summary>Words that never come twice, so that every one is merged anew.</summary>
    [Benchmark]
    public int EncodeDistinctWords() => _tokenizer.Encode(_distinct, addSpecialTokens: false).Length;

    /// <summary>One word of a million letters: the heap of merges. The bound is 2 seconds.</summary>
    [Benchmark]
    public int EncodeWithoutSpaces() => _tokenizer.Encode(_unbroken, addSpecialTokens: false).Length;

    [Benchmark]
    public int DecodeEnglish() => _tokenizer.Decode(_ids, skipSpecialTokens: false).Length;

    private static string English(Random random)
    {
        StringBuilder text = new(TextBytes + 64);
        while (text.Length < TextBytes)
        {
            // The square makes the first words of the list the frequent ones.
            double rank = random.NextDouble();
            string word = s_words[(int)(rank * rank * s_words.Length)];
            text.Append(random.Next(12) == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            text.Append(random.Next(28) switch { 0 or 1 => ", ", 2 or 3 => ". ", 4 => $" {random.Next(2000)} ", 5 => "\n\n", _ => " " });
        }
        return text.ToString(0, TextBytes);
    }

    private static string Distinct(Random random)
    {
        StringBuilder text = new(TextBytes + 16);
        while (text.Length < TextBytes)
        {
            for (int letters = random.Next(4, 12); letters > 0; letters--) text.Append((char)('a' + random.Next(26)));
            text.Append(' ');
        }
        return text.ToString(0, TextBytes);
    }
}
