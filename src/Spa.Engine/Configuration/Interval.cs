using System.Globalization;

namespace Spa.Engine.Configuration;

/// <summary>A range of numbers, written as in mathematics: <c>(0, 1]</c> is everything above 0 up to and with 1.</summary>
public sealed record Interval
{
    private readonly string _text;
    private readonly double _low;

    public Interval(string text)
    {
        string[] ends = text[1..^1].Split(',');
        _text = text;
        _low = End(ends[0]);
        High = End(ends[1]);
    }

    /// <summary>The upper end, infinite where there is none.</summary>
    public double High { get; }

    public bool Contains(double value) =>
        (_text[0] == '[' ? value >= _low : value > _low) && (_text[^1] == ']' ? value <= High : value < High);

    public override string ToString() => _text;

    private static double End(string text) => text.Trim() switch
    {
        "-inf" => double.NegativeInfinity,
        "inf" => double.PositiveInfinity,
        string number => double.Parse(number, CultureInfo.InvariantCulture),
    };
}
