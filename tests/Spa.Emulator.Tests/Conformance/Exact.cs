using System.Numerics;

namespace Spa.Emulator.Tests.Conformance;

/// <summary>Floating-point arithmetic by whole numbers: an operand is m 2^e, a result is an exact fraction that is rounded once. Nothing of it uses the machine's floating point.</summary>
internal static class Exact
{
    /// <summary>A finite number as m 2^e.</summary>
    public static (BigInteger M, int E) Value(FloatFormat f, ulong bits)
    {
        int place = (int)((bits & f.Infinity) >> f.Fraction);
        BigInteger m = bits & (1UL << f.Fraction) - 1;
        if (place != 0) m += BigInteger.One << f.Fraction;
        return (f.IsNegative(bits) ? -m : m, Math.Max(place, 1) - f.Bias - f.Fraction);
    }

    /// <summary>numerator / denominator 2^e in a format, rounded by <c>rn rz rm rp rna</c>. The denominator is positive; a zero gets the given sign.</summary>
    public static ulong Round(FloatFormat f, BigInteger numerator, BigInteger denominator, int e, string rounding, bool negativeZero = false)
    {
        if (numerator.IsZero) return negativeZero ? f.Sign : 0;
        bool negative = numerator.Sign < 0;
        BigInteger n = BigInteger.Abs(numerator), d = denominator;
        // Scale so that the quotient has the format's precision, or fewer bits for a subnormal.
        int magnitude = (int)(n.GetBitLength() - d.GetBitLength()) + e;
        int unit = Math.Max(magnitude - f.Fraction - 1, 1 - f.Bias - f.Fraction);
        while (true)
        {
            (BigInteger scaledN, BigInteger scaledD) = unit > e ? (n, d << unit - e) : (n << e - unit, d);
            BigInteger q = BigInteger.DivRem(scaledN, scaledD, out BigInteger rest);
            if (q.GetBitLength() > f.Fraction + 1)
            {
                unit++;
                continue;
            }
            int half = (rest * 2).CompareTo(scaledD);
            bool up = rounding switch
            {
                "rn" => half > 0 || half == 0 && !q.IsEven,
                "rna" => half >= 0,
                "rm" => negative && !rest.IsZero,
                "rp" => !negative && !rest.IsZero,
                _ => false,
            };
            if (up) q += 1;
            if (q.GetBitLength() > f.Fraction + 1)
            {
                q >>= 1;
                unit++;
            }
            ulong sign = negative ? f.Sign : 0;
            if (q.GetBitLength() <= f.Fraction) return sign | (ulong)q;
            int place = unit + f.Bias + f.Fraction;
            if (place < (1 << f.Exponent) - 1) return sign | (ulong)place << f.Fraction | (ulong)q & (1UL << f.Fraction) - 1;
            bool toFinite = rounding == "rz" || rounding == "rm" && !negative || rounding == "rp" && negative;
            return sign | (toFinite ? f.Infinity - 1 : f.Infinity);
        }
    }

    public static ulong Add(FloatFormat f, ulong a, ulong b, string rounding)
    {
        if (f.IsNan(a) || f.IsNan(b)) return f.Nan;
        if (f.IsInfinite(a)) return f.IsInfinite(b) && a != b ? f.Nan : a;
        if (f.IsInfinite(b)) return b;
        (BigInteger m, int e) = Sum(Value(f, a), Value(f, b));
        bool negative = f.IsZero(a) && f.IsZero(b) && f.IsNegative(a) == f.IsNegative(b) ? f.IsNegative(a) : rounding == "rm";
        return Round(f, m, 1, e, rounding, negative);
    }

    public static ulong Multiply(FloatFormat f, ulong a, ulong b, string rounding)
    {
        if (f.IsNan(a) || f.IsNan(b)) return f.Nan;
        ulong sign = (a ^ b) & f.Sign;
        if (f.IsInfinite(a) || f.IsInfinite(b)) return f.IsZero(a) || f.IsZero(b) ? f.Nan : sign | f.Infinity;
        ((BigInteger m, int e), (BigInteger n, int g)) = (Value(f, a), Value(f, b));
        return Round(f, m * n, 1, e + g, rounding, sign != 0);
    }

    public static ulong Fused(FloatFormat f, ulong a, ulong b, ulong c, string rounding)
    {
        if (f.IsNan(a) || f.IsNan(b) || f.IsNan(c)) return f.Nan;
        ulong sign = (a ^ b) & f.Sign;
        if (f.IsInfinite(a) || f.IsInfinite(b))
        {
            if (f.IsZero(a) || f.IsZero(b)) return f.Nan;
            return f.IsInfinite(c) && (c & f.Sign) != sign ? f.Nan : sign | f.Infinity;
        }
        if (f.IsInfinite(c)) return c;
        ((BigInteger m, int e), (BigInteger n, int g)) = (Value(f, a), Value(f, b));
        (BigInteger sum, int h) = Sum((m * n, e + g), Value(f, c));
        bool productIsZero = (m * n).IsZero;
        bool negative = productIsZero && f.IsZero(c) && sign == (c & f.Sign) ? sign != 0 : rounding == "rm";
        return Round(f, sum, 1, h, rounding, negative);
    }

    public static ulong Divide(FloatFormat f, ulong a, ulong b, string rounding)
    {
        if (f.IsNan(a) || f.IsNan(b)) return f.Nan;
        ulong sign = (a ^ b) & f.Sign;
        if (f.IsInfinite(a)) return f.IsInfinite(b) ? f.Nan : sign | f.Infinity;
        if (f.IsInfinite(b)) return sign;
        if (f.IsZero(b)) return f.IsZero(a) ? f.Nan : sign | f.Infinity;
        ((BigInteger m, int e), (BigInteger n, int g)) = (Value(f, a), Value(f, b));
        return Round(f, n.Sign < 0 ? -m : m, BigInteger.Abs(n), e - g, rounding, sign != 0);
    }

    public static ulong Root(FloatFormat f, ulong a, string rounding)
    {
        if (f.IsNan(a) || f.IsNegative(a) && !f.IsZero(a)) return f.Nan;
        if (f.IsZero(a) || f.IsInfinite(a)) return a;
        (BigInteger m, int e) = Value(f, a);
        // 200 further bits: a root that is not exact differs from every rounding boundary within that many.
        int shift = 200 + (e & 1);
        m <<= shift;
        e -= shift;
        BigInteger root = IntegerRoot(m);
        if (root * root != m) (root, e) = (root * 2 + 1, e - 2);
        return Round(f, root, 1, e / 2, rounding);
    }

    /// <summary>A finite number rounded to a whole one by <c>rni rzi rmi rpi</c>.</summary>
    public static BigInteger Whole(FloatFormat f, ulong bits, string rounding)
    {
        (BigInteger m, int e) = Value(f, bits);
        if (e >= 0) return m << e;
        BigInteger unit = BigInteger.One << -e, floor = m >> -e, rest = m - floor * unit;
        bool up = rounding switch
        {
            "rni" => rest * 2 > unit || rest * 2 == unit && !floor.IsEven,
            "rzi" => m.Sign < 0 && !rest.IsZero,
            "rpi" => !rest.IsZero,
            _ => false,
        };
        return up ? floor + 1 : floor;
    }

    /// <summary>-1, 0, 1, or null where one is NaN.</summary>
    public static int? Compare(FloatFormat f, ulong a, ulong b)
    {
        if (f.IsNan(a) || f.IsNan(b)) return null;
        if (f.IsInfinite(a) || f.IsInfinite(b))
        {
            int x = f.IsInfinite(a) ? f.IsNegative(a) ? -1 : 1 : 0, y = f.IsInfinite(b) ? f.IsNegative(b) ? -1 : 1 : 0;
            return x.CompareTo(y);
        }
        return Sum(Value(f, a), Negated(Value(f, b))).M.Sign;
    }

    public static ulong Flush(FloatFormat f, ulong bits) => f.IsSubnormal(bits) ? bits & f.Sign : bits;

    private static (BigInteger M, int E) Negated((BigInteger M, int E) a) => (-a.M, a.E);

    private static (BigInteger M, int E) Sum((BigInteger M, int E) a, (BigInteger M, int E) b)
    {
        int e = Math.Min(a.E, b.E);
        return ((a.M << a.E - e) + (b.M << b.E - e), e);
    }

    private static BigInteger IntegerRoot(BigInteger n)
    {
        BigInteger x = BigInteger.One << (int)(n.GetBitLength() + 1) / 2;
        while (true)
        {
            BigInteger y = x + n / x >> 1;
            if (y >= x) return x;
            x = y;
        }
    }
}
