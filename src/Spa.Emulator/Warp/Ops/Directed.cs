namespace Spa.Emulator.Warp.Ops;

/// <summary>
/// Rounding of exact results. An exact value is a sum <c>high + low</c> of float64 numbers where only the sign of <c>low</c> matters beyond <c>high</c>: low is the error that
/// high has left (two-sum, product or remainder by fused multiply-add), so |low| is at most half a unit of high.
/// </summary>
internal static class Directed
{
    /// <summary>a + b exactly (Knuth's two-sum).</summary>
    public static (double High, double Low) Sum(double a, double b)
    {
        double s = a + b;
        if (!double.IsFinite(s)) return (s, 0);
        double t = s - a;
        return (s, a - (s - t) + (b - t));
    }

    /// <summary>The float32 on the wanted side of high + low.</summary>
    public static float ToSingle(double high, double low, Rounding rounding)
    {
        if (!double.IsFinite(high)) return Float32.Canonical((float)high);
        if (rounding == Rounding.Nearest) return (float)Sticky(high, low);
        // A sum that is exactly zero is -0 when rounding down, unless both terms were zeros of one sign, which high then shows.
        float f = (float)high;
        double difference = f - high;
        int side = difference != 0 ? Math.Sign(difference) : -Math.Sign(low);
        if (float.IsInfinity(f)) side = Math.Sign(f);
        return rounding switch
        {
            Rounding.Zero => side != 0 && side == Math.Sign(high) ? high > 0 ? MathF.BitDecrement(f) : MathF.BitIncrement(f) : f,
            Rounding.Down => side > 0 ? MathF.BitDecrement(f) : f,
            _ => side < 0 ? MathF.BitIncrement(f) : f,
        };
    }

    /// <summary>The float64 on the wanted side of a value whose nearest float64 is <paramref name="nearest"/> and whose rest has the sign of <paramref name="rest"/>.</summary>
    public static double ToDouble(double nearest, double rest, Rounding rounding)
    {
        if (double.IsNaN(nearest) || rounding == Rounding.Nearest || rest == 0) return nearest;
        return rounding switch
        {
            Rounding.Zero => nearest > 0 && rest < 0 ? Math.BitDecrement(nearest) : nearest < 0 && rest > 0 ? Math.BitIncrement(nearest) : nearest,
            Rounding.Down => rest < 0 ? Math.BitDecrement(nearest) : nearest,
            _ => rest > 0 ? Math.BitIncrement(nearest) : nearest,
        };
    }

    /// <summary>Makes the last bit of high odd where something is left over, so that one more rounding to fewer bits is right (round to odd).</summary>
    public static double Sticky(double high, double low)
    {
        if (low == 0 || !double.IsFinite(high)) return high;
        long bits = BitConverter.DoubleToInt64Bits(high);
        if ((bits & 1) != 0) return high;
        // The even neighbour is replaced by the odd one on the side of the rest.
        return low > 0 == high > 0 ? BitConverter.Int64BitsToDouble(bits + 1) : BitConverter.Int64BitsToDouble(bits - 1);
    }
}
