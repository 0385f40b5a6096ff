namespace Spa.Engine.Text.Templates;

/// <summary>Operators on floats, with Python's rounding of <c>//</c> and sign of <c>%</c>.</summary>
internal static class FloatArithmetic
{
    public static object Apply(BinaryOperator op, double left, double right) => op switch
    {
        BinaryOperator.Add => left + right,
        BinaryOperator.Subtract => left - right,
        BinaryOperator.Multiply => left * right,
        BinaryOperator.Divide => right == 0 ? throw ByZero("float division by zero") : left / right,
        BinaryOperator.FloorDivide => right == 0 ? throw ByZero("float floor division by zero") : FloorDivide(left, right),
        BinaryOperator.Modulo => right == 0 ? throw ByZero("float modulo") : Modulo(left, right),
        _ => Power(left, right),
    };

    private static double Modulo(double left, double right)
    {
        double remainder = left % right;
        if (remainder == 0) return Math.CopySign(0, right);
        return (remainder < 0) != (right < 0) ? remainder + right : remainder;
    }

    /// <summary>The exact quotient rounded down; plain flooring of the rounded quotient can be one too high.</summary>
    private static double FloorDivide(double left, double right)
    {
        double remainder = left % right;
        double quotient = (left - remainder) / right;
        if (remainder != 0 && (remainder < 0) != (right < 0)) quotient -= 1;
        if (quotient == 0) return Math.CopySign(0, left / right);
        double floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double Power(double left, double right)
    {
        if (left == 0 && right < 0) throw ByZero("0.0 cannot be raised to a negative power");
        if (left < 0 && double.IsFinite(left) && double.IsFinite(right) && Math.Floor(right) != right)
        {
            throw new TemplateException(TemplateErrorKind.ValueError, "a negative number raised to a fraction is complex, which is not supported");
        }

        // C# and Python agree on pow but for 1 ** nan and (-1) ** inf, which are 1.
        if (left == 1 || (left == -1 && double.IsInfinity(right))) return 1;
        double result = Math.Pow(left, right);
        if (double.IsInfinity(result) && double.IsFinite(left) && double.IsFinite(right))
        {
            throw new TemplateException(TemplateErrorKind.OverflowError, "Numerical result out of range");
        }

        return result;
    }

    private static TemplateException ByZero(string reason) => new(TemplateErrorKind.ZeroDivisionError, reason);
}
