using System.Globalization;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Look-ups into the table of scripts (scripts.txt).</summary>
internal static class Scripts
{
    /// <summary>What the space and every code point outside of the table have: they go along with any script.</summary>
    public const int Any = -1;

    private const string Resource = "unicode/scripts.txt";

    private static readonly (int First, int Last, int Script)[] s_ranges = Read();

    /// <summary>A number that stands for the script of a code point, or <see cref="Any"/>.</summary>
    public static int Of(int codePoint)
    {
        int low = 0, high = s_ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            (int first, int last, int script) = s_ranges[middle];
            if (codePoint < first) high = middle - 1;
            else if (codePoint > last) low = middle + 1;
            else return script;
        }
        return Any;
    }

    private static (int First, int Last, int Script)[] Read()
    {
        using StreamReader reader = new(typeof(Scripts).Assembly.GetManifestResourceStream(Resource)!);
        Dictionary<string, int> numbers = [];
        List<(int, int, int)> ranges = [];
        while (reader.ReadLine() is string line)
        {
            if (line.StartsWith('#')) continue;
            string[] fields = line.Split(' ');
            numbers.TryAdd(fields[2], numbers.Count);
            ranges.Add((CodePoint(fields[0]), CodePoint(fields[1]), numbers[fields[2]]));
        }
        return [.. ranges];
    }

    private static int CodePoint(string hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
