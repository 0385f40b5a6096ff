using System.CommandLine;
using System.Globalization;

namespace Spa.Cli.Options;

/// <summary>A number of bytes as people write it: 2GB, 500MB, 1GiB, or plain bytes. Units as Hugging Face reads them: powers of 1000, with an i of 1024.</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Bytes)[] s_units =
    [
        ("KIB", 1L << 10), ("MIB", 1L << 20), ("GIB", 1L << 30), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1),
    ];

    public static Option<long?> Option(string name, string help) => new(name)
    {
        HelpName = "SIZE",
        Description = help,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (Parse(text) is { } bytes) return bytes;
            result.AddError($"{name}: expected a size such as 2GB, 500MB or 1GiB, found '{text}'");
            return null;
        },
    };

    /// <summary>Bytes, at least 1; null where the text is no size.</summary>
    public static long? Parse(string text)
    {
        string upper = text.Trim().ToUpperInvariant();
        (string suffix, long unit) = s_units.First(x => upper.EndsWith(x.Suffix, StringComparison.Ordinal));
        return double.TryParse(upper[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number * unit is >= 1 and < 1e18
            ? (long)(number * unit) : null;
    }
}
