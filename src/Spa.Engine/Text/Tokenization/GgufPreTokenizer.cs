namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// A byte-level pipeline that llama.cpp knows by name (<c>tokenizer.ggml.pre</c>): what a tokenizer.json spells out. Several names may cut text alike and differ in what
/// is done before or behind; llama.cpp normalises nothing.
/// </summary>
/// <param name="Name">What is written.</param>
/// <param name="Others">Names that llama.cpp reads as the same.</param>
/// <param name="PreTokenizer">How text is cut.</param>
internal sealed record GgufPreTokenizer(string Name, IReadOnlyList<string> Others, IPreTokenizer PreTokenizer)
{
    private static readonly ByteLevelOptions s_byteLevel = new(AddPrefixSpace: false, TrimOffsets: true, UseRegex: true);

    private static readonly GgufPreTokenizer[] s_all =
    [
        new("gpt-2", ["default", "phi-2", "olmo", "roberta-bpe"], new ByteLevelPreTokenizer(s_byteLevel)),
        new("smollm", [], new SequencePreTokenizer([new DigitsPreTokenizer(individualDigits: true), new ByteLevelPreTokenizer(s_byteLevel)])),
        new("llama-bpe", ["llama3", "llama-v3", "falcon3", "pixtral"], Split(KnownPatterns.Llama3)) { IgnoresMerges = true, AddsBos = true },
        // OLMo-2's tokenizer is that of GPT-4, which llama.cpp met first in DBRX.
        new("dbrx", ["smaug-bpe"], Split(KnownPatterns.Llama3)),
        new("qwen2", ["deepseek-r1-qwen"], Split(KnownPatterns.Qwen2)) { Normalizer = new UnicodeNormalizer(composes: true, compatible: false) },
        new("stablelm2", [], Split(KnownPatterns.Qwen2)),
        new("tekken", [], Split(KnownPatterns.Tekken)) { IgnoresMerges = true, AddsBos = true },
        new("gpt-4o", [], Split(KnownPatterns.Gpt4o)),
    ];

    /// <summary>All, in the order in which a tokenizer is compared with them.</summary>
    public static IReadOnlyList<GgufPreTokenizer> All => s_all;

    /// <summary>All names that are written, for messages.</summary>
    public static string Names => string.Join(", ", s_all.Select(p => p.Name));

    public INormalizer? Normalizer { get; private init; }

    /// <summary>A piece that is a token is not merged.</summary>
    public bool IgnoresMerges { get; private init; }

    /// <summary>BOS is put before a text where the file does not say otherwise.</summary>
    public bool AddsBos { get; private init; }

    /// <summary>The one of this name, or null.</summary>
    public static GgufPreTokenizer? Find(string name) => Array.Find(s_all, p => p.Name == name || p.Others.Contains(name));

    private static SequencePreTokenizer Split(string pattern) => new(
    [
        new SplitPreTokenizer(PatternSpec.Regex(pattern), SplitBehavior.Isolated, invert: false),
        new ByteLevelPreTokenizer(s_byteLevel with { UseRegex = false }),
    ]);
}
