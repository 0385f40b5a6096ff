using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Spa.Engine.Configuration;

namespace Spa.Cli.Options;

/// <summary>Makes options whose values are checked while the command line is read, with messages that say what is expected.</summary>
internal static class Opt
{
    /// <summary>Any text: a path, a string.</summary>
    public static Option<string?> Text(string name, string value, string help, bool required = false) =>
        new(name) { HelpName = value, Description = help, Required = required };

    /// <summary>Text that may be given several times.</summary>
    public static Option<string[]> Texts(string name, string value, string help) =>
        new(name) { HelpName = value, Description = help, AllowMultipleArgumentsPerToken = false, DefaultValueFactory = _ => [] };

    /// <summary>Texts one after the other behind the option.</summary>
    public static Option<string[]> List(string name, string value, string help) =>
        new(name) { HelpName = value, Description = help, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };

    public static Option<bool> Flag(string name, string help, params string[] aliases) => new(name, aliases) { Description = help };

    /// <summary>A whole number in [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public static Option<int?> Whole(string name, string value, string help, int min, int max = int.MaxValue) => new(name)
    {
        HelpName = value,
        Description = help,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max) return number;
            string range = max == int.MaxValue ? $"a whole number from {min}" : $"a whole number from {min} to {max}";
            result.AddError($"{name}: expected {range}, found '{text}'");
            return null;
        },
    };

    /// <summary>A number in [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public static Option<double?> Number(string name, string value, string help, double min = double.MinValue, double max = double.MaxValue) => new(name)
    {
        HelpName = value,
        Description = help,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= min && number <= max) return number;
            string range = min == double.MinValue ? "" : max == double.MaxValue ? $" from {min}" : $" from {min} to {max}";
            result.AddError($"{name}: expected a number{range}, found '{text}'");
            return null;
        },
    };

    /// <summary>One of some words.</summary>
    public static Option<string?> Choice(string name, string help, params string[] choices) => new(name)
    {
        HelpName = string.Join('|', choices),
        Description = help,
        CustomParser = result => OneOf(result, name, choices),
    };

    /// <summary>A time in ISO 8601; one without an offset is UTC.</summary>
    public static Option<DateTimeOffset?> Time(string name, string value, string help) => new(name)
    {
        HelpName = value,
        Description = help,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)) return time;
            result.AddError($"{name}: expected a time such as 2025-03-07T09:05:03, found '{text}'");
            return null;
        },
    };

    private static string? OneOf(ArgumentResult result, string name, string[] choices)
    {
        string text = result.Tokens[0].Value;
        if (choices.Contains(text)) return text;
        result.AddError($"{name}: expected {string.Join(", ", choices[..^1])} or {choices[^1]}, found '{text}'{Spelling.Hint(text, choices)}");
        return null;
    }
}
