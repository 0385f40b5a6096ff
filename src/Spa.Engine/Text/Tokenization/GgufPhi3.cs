namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// Phi-3's special tokens take the white space behind them along. GGUF has no key for that: llama.cpp does it where the model's name (<c>general.name</c>) says that it is a Phi-3, for all tokens but three.
/// </summary>
internal static class GgufPhi3
{
    public const string NameKey = "general.name";

    /// <summary>Whether llama.cpp sees a Phi-3 in this name.</summary>
    public static bool IsNamed(string? name) => name is not null && (name.Contains("phi-3", StringComparison.OrdinalIgnoreCase) || name.Contains("phi3", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a special or added token of a Phi-3 takes the white space behind it along.</summary>
    public static bool Strips(string token) => token is not ("<unk>" or "<s>" or "<|endoftext|>");
}
