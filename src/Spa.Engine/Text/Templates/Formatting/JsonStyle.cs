namespace Spa.Engine.Text.Templates;

/// <summary>The options of <c>tojson</c>.</summary>
/// <param name="Indent">Text of one level; null writes everything on one line.</param>
/// <param name="ItemSeparator">Between items.</param>
/// <param name="KeySeparator">Between a key and its value.</param>
/// <param name="EnsureAscii">Write everything beyond ASCII as \u escapes.</param>
/// <param name="SortKeys">Order the keys of every object.</param>
internal sealed record JsonStyle(string? Indent, string ItemSeparator, string KeySeparator, bool EnsureAscii, bool SortKeys)
{
    public static readonly JsonStyle Default = new(null, ", ", ": ", false, false);
}
