using System.Text;

namespace Spa.Engine.Evaluation;

/// <summary>Prompts of judges with places such as <c>{question}</c>.</summary>
public static class FilledText
{
    /// <summary>
    /// Replaces every <c>{name}</c> that <paramref name="values"/> has, in one pass: what is filled in is not looked at again, and every other brace stays. The
    /// texts themselves hold braces.
    /// </summary>
    public static string Fill(string template, IReadOnlyDictionary<string, string> values)
    {
        StringBuilder text = new();
        for (int at = 0; at < template.Length;)
        {
            int open = template.IndexOf('{', at);
            int close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0) return text.Append(template, at, template.Length - at).ToString();
            if (values.TryGetValue(template[(open + 1)..close], out string? value))
            {
                text.Append(template, at, open - at).Append(value);
                at = close + 1;
            }
            else
            {
                text.Append(template, at, open + 1 - at);
                at = open + 1;
            }
        }

        return text.ToString();
    }
}
