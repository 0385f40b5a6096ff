namespace Spa.Engine.Text.Tokenization;

/// <summary>What a BPE model does beside merging.</summary>
/// <param name="UnknownToken">Stands for characters without a token; null: they are dropped.</param>
/// <param name="FuseUnknown">Whether neighbouring unknown characters share one token.</param>
/// <param name="ByteFallback">Whether unknown characters become the tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> of their bytes.</param>
/// <param name="IgnoreMerges">Whether a piece that is itself a token is that token, whatever the merges say (Llama 3).</param>
internal sealed record BpeOptions(string? UnknownToken = null, bool FuseUnknown = false, bool ByteFallback = false, bool IgnoreMerges = false);
