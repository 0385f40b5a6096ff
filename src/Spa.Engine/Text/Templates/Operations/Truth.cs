using System.Numerics;

namespace Spa.Engine.Text.Templates;

internal static class Truth
{
    /// <summary>Whether a value counts as true: not none, not zero, not empty, not undefined.</summary>
    public static bool Of(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        string text => text.Length > 0,
        Markup markup => markup.Text.Length > 0,
        long integer => integer != 0,
        double number => number != 0,
        BigInteger integer => !integer.IsZero,
        SequenceValue sequence => sequence.Count > 0,
        DictValue dict => dict.Count > 0,
        DictView view => view.Count > 0,
        RangeValue range => range.Count > 0,
        BytesValue bytes => bytes.Bytes.Length > 0,
        LoopValue loop => loop.Length > 0,
        _ => true,
    };
}
