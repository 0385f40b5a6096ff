using System.Collections;
using System.Globalization;
using System.Text;

namespace Spa.Engine.Configuration;

/// <summary>Writes values as YAML that reads back to the same values on any YAML 1.1 or 1.2 reader.</summary>
internal static class ConfigurationYaml
{
    public static string Write(
        IEnumerable<(ConfigurationKey Key, object? Value)> top, params (string Section, IEnumerable<(ConfigurationKey Key, object? Value)> Values)[] sections)
    {
        StringBuilder yaml = new();
        foreach ((ConfigurationKey key, object? value) in top) yaml.Append(CultureInfo.InvariantCulture, $"{key.Name}: {Text(key, value)}\n");
        foreach ((string section, IEnumerable<(ConfigurationKey Key, object? Value)> values) in sections)
        {
            int depth = section.Count(c => c == '.');
            yaml.Append(' ', 2 * depth).Append(section.AsSpan(section.LastIndexOf('.') + 1)).Append(":\n");
            foreach ((ConfigurationKey key, object? value) in values)
                yaml.Append(' ', 2 * depth + 2).Append(CultureInfo.InvariantCulture, $"{key.Name}: {Text(key, value)}\n");
        }

        return yaml.ToString();
    }

    // One number for all iterations is written as its default is.
    private static string Text(ConfigurationKey key, object? value) =>
        Text(value is IReadOnlyList<double> { Count: 1 } one && char.IsAsciiDigit(key.Default[0]) ? one[0] : value);

    private static string Text(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => Quote(text),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Text))}]",
        _ => System.Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Plain words stay plain; all else is quoted, also what an older YAML would take for a switch or a number.</summary>
    private static string Quote(string text)
    {
        bool plain = text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/');
        if (plain && text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n")) return text;
        StringBuilder quoted = new("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF') quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
