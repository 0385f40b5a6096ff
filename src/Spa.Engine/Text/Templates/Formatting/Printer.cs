using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>Python's <c>str</c>.</summary>
internal static class Printer
{
    private const int BitsSquaredPerWork = 1 << 16;

    public static string Text(RenderContext context, object? value) => value switch
    {
        string text => text,
        Markup markup => markup.Text,
        Undefined => "",
        long integer => integer.ToString(System.Globalization.CultureInfo.InvariantCulture),
        BigInteger integer => Big(context, integer),
        _ => Repr.Of(context, value),
    };

    /// <summary>An integer of many digits; its cost grows with their square.</summary>
    private static string Big(RenderContext context, BigInteger value)
    {
        context.Step(value.GetBitLength() * value.GetBitLength() / BitsSquaredPerWork);
        return Integer.Print(value);
    }

    /// <summary>What a scalar prints as; null for values that hold other values.</summary>
    public static string? Scalar(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        long integer => integer.ToString(System.Globalization.CultureInfo.InvariantCulture),
        BigInteger integer => Integer.Print(integer),
        double number => FloatText.Shortest(number),
        _ => null,
    };
}
