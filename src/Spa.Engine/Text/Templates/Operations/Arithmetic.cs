using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>The binary operators on numbers, strings and sequences.</summary>
internal static class Arithmetic
{
    public static object? Apply(RenderContext context, BinaryOperator op, object? left, object? right)
    {
        if (left is long a && right is long b && TrySmall(op, a, b) is { } small) return small;
        if (left is Undefined missing) throw missing.Error(context);
        if (right is Undefined missingRight && !(op == BinaryOperator.Modulo && left is (string or Markup))) throw missingRight.Error(context);
        if (Sequences.TryOperator(context, op, left, right, out object? combined)) return combined;
        if (Integer.TryBig(left, out BigInteger x) && Integer.TryBig(right, out BigInteger y)) return IntegerArithmetic.Apply(context, op, x, y);
        if (TryDouble(left, out double p) && TryDouble(right, out double q)) return FloatArithmetic.Apply(op, p, q);
        throw Unsupported(op, left, right);
    }

    /// <summary>What fits 64 bits without a second thought; null for the rest.</summary>
    private static object? TrySmall(BinaryOperator op, long a, long b)
    {
        long result;
        switch (op)
        {
            case BinaryOperator.Add:
                result = unchecked(a + b);
                return ((a ^ result) & (b ^ result)) < 0 ? null : Box.Of(result);
            case BinaryOperator.Subtract:
                result = unchecked(a - b);
                return ((a ^ b) & (a ^ result)) < 0 ? null : Box.Of(result);
            case BinaryOperator.Multiply when Math.Abs((double)a * b) < 9e18:
                return Box.Of(a * b);
            case BinaryOperator.Modulo when b > 0:
                result = a % b;
                return Box.Of(result < 0 ? result + b : result);
            default:
                return null;
        }
    }

    public static object Negate(RenderContext context, object? value) => value switch
    {
        Undefined missing => throw missing.Error(context),
        double number => -number,
        _ => Integer.TryBig(value, out BigInteger integer)
            ? Integer.Normalize(-integer)
            : throw new TemplateException(TemplateErrorKind.TypeError, $"bad operand type for unary -: '{TypeName.Of(value)}'"),
    };

    public static object Plus(RenderContext context, object? value) => value switch
    {
        Undefined missing => throw missing.Error(context),
        double => value,
        _ => Integer.TryBig(value, out BigInteger integer)
            ? Integer.Normalize(integer)
            : throw new TemplateException(TemplateErrorKind.TypeError, $"bad operand type for unary +: '{TypeName.Of(value)}'"),
    };

    public static bool TryDouble(object? value, out double number)
    {
        if (value is double direct)
        {
            number = direct;
            return true;
        }

        bool isInteger = Integer.TryBig(value, out BigInteger integer);
        number = isInteger ? ExactDecimal.ToDouble(integer) : 0;
        if (double.IsInfinity(number)) throw new TemplateException(TemplateErrorKind.OverflowError, "int too large to convert to float");
        return isInteger;
    }

    private static TemplateException Unsupported(BinaryOperator op, object? left, object? right)
    {
        string reason = op == BinaryOperator.Add && left is string or Markup or ListValue or TupleValue
            ? $"can only concatenate {TypeName.Of(left)} (not \"{TypeName.Of(right)}\") to {TypeName.Of(left)}"
            : $"unsupported operand type(s) for {SymbolOf(op)}: '{TypeName.Of(left)}' and '{TypeName.Of(right)}'";
        return new TemplateException(TemplateErrorKind.TypeError, reason);
    }

    private static string SymbolOf(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.FloorDivide => "//",
        BinaryOperator.Modulo => "%",
        _ => "** or pow()",
    };
}
