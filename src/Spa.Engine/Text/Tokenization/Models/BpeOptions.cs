namespace Spa.Engine.Text.Tokenization;

/// <summary>What a BPE model does beside merging.</summary>
/// <param name="UnknownToken">Stands for characters without a token; null: they are dropped.</param>
/// <param name="FuseUnknown">Whether neighbouring unknown characters share one token.</param>
/// <param name="ByteFallback">Whether unknown characters become the tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> of their bytes.</param>
/// <param name="IgnoreMerges">Whether a piece that is itself a token is that token, whatever the merges say (Llama 3).</param>
/// <param name="ContinuingPrefix">Begins every symbol but a piece's first; a merge drops that of its right half. Empty for none.</param>
/// <param name="EndOfWordSuffix">Ends a piece's last symbol (<c>&lt;/w&gt;</c> in GPT and CLIP). Empty for none.</param>
internal sealed record BpeOptions(string? UnknownToken = null, bool FuseUnknown = false, bool ByteFallback = false, bool IgnoreMerges = false, string ContinuingPrefix = "", string EndOfWordSuffix = "")
{
    public bool HasAffixes => ContinuingPrefix.Length + EndOfWordSuffix.Length > 0;
}
