namespace Spa.Engine.Text.Tokenization;

/// <summary>What the decoders' <c>cleanup</c> mends: spaces before punctuation and in English contractions.</summary>
internal static class EnglishRepairs
{
    /// <summary>In the reference's order.</summary>
    private static readonly (string Torn, string Whole)[] s_repairs =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public static string Apply(string token) => s_repairs.Aggregate(token, (text, repair) => text.Replace(repair.Torn, repair.Whole, StringComparison.Ordinal));
}
