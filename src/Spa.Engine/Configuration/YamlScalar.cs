using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Spa.Engine.Configuration;

/// <summary>
/// Types of plain YAML scalars by the core schema of YAML 1.2: <c>no</c>, <c>on</c> and <c>1_000</c> are strings, <c>5e-7</c> is a number.
/// </summary>
internal static partial class YamlScalar
{
    /// <summary>The typed value; null for YAML's null.</summary>
    /// <exception cref="UsageException">Infinity and NaN, which no key takes, and numbers out of range.</exception>
    public static JsonNode? Parse(string text, string place)
    {
        if (text is "" or "~" or "null" or "Null" or "NULL") return null;
        if (text is "true" or "True" or "TRUE") return JsonValue.Create(true);
        if (text is "false" or "False" or "FALSE") return JsonValue.Create(false);
        if (IsDecimalInteger().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)) return Number(whole);
        if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hex))
            return Number(hex);
        if (!IsFloat().IsMatch(text)) return JsonValue.Create(text);
        double value = IsNotFinite().IsMatch(text) ? double.NaN : double.Parse(text, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? Number(value) : throw new UsageException($"{place}: expected a finite number, found {text}");
    }

    /// <summary>A number whose node, unlike one made from a CLR value, can be read as any numeric type that holds it.</summary>
    public static JsonNode Number(double value) => JsonNode.Parse(value.ToString("R", CultureInfo.InvariantCulture))!;

    private static JsonNode Number(long value) => JsonNode.Parse(value.ToString(CultureInfo.InvariantCulture))!;

    [GeneratedRegex(@"^[-+]?[0-9]+$")]
    private static partial Regex IsDecimalInteger();

    [GeneratedRegex(@"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$")]
    private static partial Regex IsFloat();

    [GeneratedRegex(@"^[-+]?\.[inIN]")]
    private static partial Regex IsNotFinite();
}
