using System.Numerics;

namespace Spa.Engine.Text.Templates;

internal static class NumberMethods
{
    public static readonly Builtin[] OfIntegers =
    [
        new("bit_length", "", (_, self, _) =>
        {
            Integer.TryBig(self, out BigInteger integer);
            return Box.Of(BigInteger.Abs(integer).GetBitLength());
        }),
        new("conjugate", "", (context, self, _) => Arithmetic.Plus(context, self)),
        new("is_integer", "", (_, _, _) => Box.True),
    ];

    public static readonly Builtin[] OfFloats =
    [
        new("is_integer", "", (_, self, _) => Box.Of(double.IsFinite((double)self!) && Math.Floor((double)self!) == (double)self!)),
        new("conjugate", "", (_, self, _) => self),
    ];
}
