using System.Text;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Tokenization;

/// <summary>Random Unicode text, and a small tokenizer for tests that need any tokenizer.</summary>
internal static class TestTexts
{
    private static readonly (int First, int Last)[] s_blocks =
    [
        (0x20, 0x7E), (0x20, 0x20), (0x09, 0x0D), (0x27, 0x27), (0x30, 0x39), (0x61, 0x7A), (0xA0, 0x24F), (0x17F, 0x17F), (0x300, 0x36F), (0x370, 0x5FF),
        (0x600, 0x6FF), (0x900, 0xDFF), (0x1100, 0x11FF), (0x2000, 0x206F), (0x2581, 0x2581), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
        (0xFB00, 0xFFFF), (0x10000, 0x11FFF), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF), (0, 0x10FFFF),
    ];

    private static readonly string[] s_corpus =
    [
        "the quick brown fox jumps over the lazy dog", "the fox doesn't jump; the dogs don't either", "numbers 1234 and 5678, 90% of 12",
        "    indented text\n\twith tabs\r\n", "naïve café — “quotes” …", "日本語のテキスト", "the other the other the other",
    ];

    /// <summary>Text of up to 40 code points from many scripts, without unpaired surrogates.</summary>
    public static Gen<string> Text { get; } = Gen.Select(Gen.Int[0, s_blocks.Length - 1], Gen.Int[0, int.MaxValue - 1]).Array[0, 40].Select(picks =>
    {
        StringBuilder text = new();
        foreach ((int block, int seed) in picks)
        {
            (int first, int last) = s_blocks[block];
            int codePoint = first + seed % (last - first + 1);
            text.Append(codePoint is >= 0xD800 and <= 0xDFFF ? " " : char.ConvertFromUtf32(codePoint));
        }
        return text.ToString();
    });

    public static string[] Corpus => s_corpus;

    /// <summary>A byte-level tokenizer with two special tokens.</summary>
    public static Tokenizer Small { get; } = BpeTrainer.Train(s_corpus, new BpeTrainerOptions { VocabularySize = 320, SpecialTokens = ["<|a|>", "<|b|>"] });
}
