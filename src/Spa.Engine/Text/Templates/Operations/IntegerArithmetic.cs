using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>Operators on integers of any size. Division rounds down, as Python's does.</summary>
internal static class IntegerArithmetic
{
    public static object Apply(RenderContext context, BinaryOperator op, BigInteger left, BigInteger right)
    {
        ChargeLimbs(context, left.GetBitLength(), op is BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Power ? 1 : right.GetBitLength());
        switch (op)
        {
            case BinaryOperator.Add: return Bounded(context, left + right);
            case BinaryOperator.Subtract: return Bounded(context, left - right);
            case BinaryOperator.Multiply: return Bounded(context, left * right);
            case BinaryOperator.Power: return Power(context, left, right);
        }

        if (right.IsZero) throw new TemplateException(TemplateErrorKind.ZeroDivisionError, op == BinaryOperator.Divide ? "division by zero" : "integer modulo by zero");
        if (op == BinaryOperator.Divide) return Divide(left, right);
        BigInteger quotient = BigInteger.DivRem(left, right, out BigInteger remainder);
        if (!remainder.IsZero && (remainder.Sign < 0) != (right.Sign < 0))
        {
            quotient -= 1;
            remainder += right;
        }

        return Integer.Normalize(op == BinaryOperator.FloorDivide ? quotient : remainder);
    }

    /// <summary>Counts the products of parts of 64 bits that long multiplication and division make, some thirty a step.</summary>
    private static void ChargeLimbs(RenderContext context, long leftBits, long rightBits) => context.Step((leftBits / 64 + 1) * (rightBits / 64 + 1) / 32);

    private static object Power(RenderContext context, BigInteger value, BigInteger exponent)
    {
        if (exponent.Sign < 0)
        {
            if (value.IsZero) throw new TemplateException(TemplateErrorKind.ZeroDivisionError, "0.0 cannot be raised to a negative power");
            return Math.Pow(ExactDecimal.ToDouble(value), ExactDecimal.ToDouble(exponent));
        }

        if (value.IsZero || value.IsOne) return Integer.Normalize(exponent.IsZero ? BigInteger.One : value);
        if (value == BigInteger.MinusOne) return Box.Of(exponent.IsEven ? 1 : -1);
        if (exponent > context.Limits.MaxIntegerBits || (double)exponent * (BigInteger.Abs(value).GetBitLength() - 1) > context.Limits.MaxIntegerBits)
        {
            throw TooLarge(context);
        }

        long bits = (long)exponent * BigInteger.Abs(value).GetBitLength();
        ChargeLimbs(context, bits, bits);
        return Bounded(context, BigInteger.Pow(value, (int)exponent));
    }

    /// <summary>The float nearest to the exact quotient, also where neither operand fits a float.</summary>
    private static object Divide(BigInteger left, BigInteger right)
    {
        double result = ExactDecimal.Divide(left, right);
        if (double.IsInfinity(result)) throw new TemplateException(TemplateErrorKind.OverflowError, "integer division result too large for a float");
        return result;
    }

    private static object Bounded(RenderContext context, BigInteger value)
    {
        long bits = value.GetBitLength();
        if (bits > context.Limits.MaxIntegerBits) throw TooLarge(context);
        return Integer.Normalize(value);
    }

    private static TemplateException TooLarge(RenderContext context) =>
        new(TemplateErrorKind.LimitExceeded, $"an integer of more than {context.Limits.MaxIntegerBits} bits");
}
