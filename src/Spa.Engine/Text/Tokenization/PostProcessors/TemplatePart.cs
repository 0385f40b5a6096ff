namespace Spa.Engine.Text.Tokenization;

/// <summary>A part of a template: a special token with its ids, or the text (no token).</summary>
internal sealed record TemplatePart(string? Token, int[] Ids)
{
    /// <summary>Where the text goes.</summary>
    public static TemplatePart Text { get; } = new(null, []);
}
