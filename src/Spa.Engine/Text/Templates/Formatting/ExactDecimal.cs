using System.Globalization;
using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>Exact decimal arithmetic on floats: a float is an integer times a power of two, so nothing is rounded before the last step.</summary>
internal static class ExactDecimal
{
    private const int MantissaBits = 53;

    /// <summary><paramref name="value"/> times ten to the <paramref name="digits"/>, to the nearest integer, ties to even. Finite values only.</summary>
    public static BigInteger Scaled(double value, int digits)
    {
        (BigInteger mantissa, int exponent) = Split(value);
        BigInteger numerator = mantissa;
        BigInteger denominator = BigInteger.One;
        if (digits >= 0) numerator *= BigInteger.Pow(10, digits);
        else denominator *= BigInteger.Pow(10, -digits);
        if (exponent >= 0) numerator <<= exponent;
        else denominator <<= -exponent;
        return RoundQuotient(numerator, denominator);
    }

    /// <summary>Rounds to <paramref name="digits"/> decimals (tens, hundreds for negative ones), as Python's <c>round</c>.</summary>
    public static double Round(double value, int digits)
    {
        // Beyond these no float has such digits, or none is as large.
        if (!double.IsFinite(value) || digits > 323) return value;
        if (digits < -309) return Math.CopySign(0, value);
        BigInteger scaled = Scaled(Math.Abs(value), digits);
        double rounded = double.Parse(string.Create(CultureInfo.InvariantCulture, $"{scaled}e{-digits}"), CultureInfo.InvariantCulture);
        if (double.IsInfinity(rounded)) throw new TemplateException(TemplateErrorKind.OverflowError, "rounded value too large to represent");
        return Math.CopySign(rounded, value);
    }

    /// <summary>The integer nearest to a quotient, ties to even. The denominator is positive.</summary>
    public static BigInteger RoundQuotient(BigInteger numerator, BigInteger denominator)
    {
        BigInteger quotient = BigInteger.DivRem(BigInteger.Abs(numerator), denominator, out BigInteger remainder);
        int half = (remainder * 2).CompareTo(denominator);
        if (half > 0 || (half == 0 && !quotient.IsEven)) quotient += 1;
        return numerator.Sign < 0 ? -quotient : quotient;
    }

    /// <summary>The float nearest to a quotient of integers; infinite where it is too large.</summary>
    public static double Divide(BigInteger left, BigInteger right)
    {
        if (BigInteger.Abs(left).GetBitLength() <= MantissaBits && BigInteger.Abs(right).GetBitLength() <= MantissaBits) return (double)left / (double)right;

        // 66 bits of quotient and a sticky last one round the same way as the exact value does.
        BigInteger a = BigInteger.Abs(left);
        BigInteger b = BigInteger.Abs(right);
        if (a.IsZero) return 0;
        int shift = (int)(66 - (a.GetBitLength() - b.GetBitLength()));
        if (shift >= 0) a <<= shift;
        else b <<= -shift;
        BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger remainder);
        if (!remainder.IsZero) quotient |= BigInteger.One;
        double result = Math.ScaleB(ToDouble(quotient), -shift);
        return left.Sign * right.Sign < 0 ? -result : result;
    }

    /// <summary>The float nearest to an integer, ties to even; .NET's own conversion cuts off what does not fit.</summary>
    public static double ToDouble(BigInteger value)
    {
        int excess = (int)BigInteger.Abs(value).GetBitLength() - MantissaBits;
        return excess <= 0 ? (double)value : Math.ScaleB((double)RoundQuotient(value, BigInteger.One << excess), excess);
    }

    private static (BigInteger Mantissa, int Exponent) Split(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long mantissa = bits & 0xFFFFFFFFFFFFF;
        if (exponent == 0) exponent = 1;
        else mantissa |= 1L << 52;
        return (value < 0 ? -mantissa : mantissa, exponent - 1075);
    }
}
