namespace Spa.Engine.Models;

/// <summary>Cosines and sines by position, for <see cref="Compute.ComputeBackend.Rotary"/>. Frequencies are rounded to float32 where Hugging Face rounds them.</summary>
public static class RotaryTable
{
    /// <summary>Rows that a position has: two under LongRope, the second for long sequences, so that one table serves a batch of both.</summary>
    public static int RowsPerPosition(RotarySettings settings) => settings.Scaling == RotaryScaling.LongRope ? 2 : 1;

    /// <summary>The row of a position in a sequence of that length.</summary>
    public static int Row(RotarySettings settings, int position, int length) => RowsPerPosition(settings) * position + settings.Regime(length);

    /// <summary>
    /// [positions * RowsPerPosition, 2P] row-major: cos of the P angles, then their sines. Not for <see cref="RotaryScaling.Dynamic"/>, which has
    /// as many tables as lengths.
    /// </summary>
    public static float[] Create(RotarySettings settings, int positions)
    {
        int regimes = RowsPerPosition(settings), columns = settings.Dimensions;
        var table = new float[(long)positions * regimes * columns];
        for (int regime = 0; regime < regimes; regime++)
        {
            double[] frequencies = Frequencies(settings, regime);
            for (int position = 0; position < positions; position++)
                Fill(table.AsSpan((position * regimes + regime) * columns, columns), settings, frequencies, position);
        }
        return table;
    }

    /// <summary>One row [2P]: the angle is the exact product of frequency and position.</summary>
    public static void Fill(Span<float> row, RotarySettings settings, ReadOnlySpan<double> frequencies, int position)
    {
        for (int i = 0; i < frequencies.Length; i++)
        {
            double angle = position * frequencies[i];
            row[i] = (float)(Math.Cos(angle) * settings.AttentionFactor);
            row[frequencies.Length + i] = (float)(Math.Sin(angle) * settings.AttentionFactor);
        }
    }

    /// <summary>The P frequencies of sequences of a <see cref="RotarySettings.Regime"/>.</summary>
    public static double[] Frequencies(RotarySettings settings, int regime)
    {
        int pairs = settings.Dimensions / 2;
        double theta = settings.Scaling == RotaryScaling.Dynamic && regime > 0 ? GrownTheta(settings, regime) : settings.Theta;
        (double low, double high) = settings.Scaling == RotaryScaling.Yarn ? YarnRamp(settings) : default;
        var frequencies = new double[pairs];
        for (int i = 0; i < pairs; i++)
        {
            double power = Math.Pow(theta, (float)(2 * i) / settings.Dimensions);
            double frequency = (float)(1.0 / power);
            frequencies[i] = (float)(settings.Scaling switch
            {
                RotaryScaling.Linear => frequency / settings.Factor,
                RotaryScaling.Llama3 => ScaleLlama3(frequency, settings),
                RotaryScaling.Yarn => ScaleYarn(power, settings.Factor, Math.Clamp((i - low) / (high - low), 0, 1)),
                RotaryScaling.LongRope => 1.0 / ((float)(regime == 0 ? settings.ShortFactors : settings.LongFactors)[i] * power),
                _ => frequency,
            });
        }
        return frequencies;
    }

    // Wavelengths longer than the trained context are stretched by the factor, short ones kept; between, the two are mixed linearly.
    private static double ScaleLlama3(double frequency, RotarySettings s)
    {
        double wavelength = 2 * Math.PI / frequency;
        double low = s.OriginalMaxPositions / s.LowFrequencyFactor, high = s.OriginalMaxPositions / s.HighFrequencyFactor;
        if (wavelength > low) return frequency / s.Factor;
        if (wavelength < high) return frequency;
        double smooth = (s.OriginalMaxPositions / wavelength - s.LowFrequencyFactor) / (s.HighFrequencyFactor - s.LowFrequencyFactor);
        return (1 - smooth) * frequency / s.Factor + smooth * frequency;
    }

    // The base for a sequence of that length; computed in float32 by Hugging Face, where the length is a tensor.
    private static double GrownTheta(RotarySettings s, int length)
    {
        double growth = s.Factor * length / s.OriginalMaxPositions - (s.Factor - 1);
        return (float)(s.Theta * Math.Pow(growth, s.Dimensions / (s.Dimensions - 2.0)));
    }

    // Between which pairs the frequencies go over from kept to divided.
    private static (double Low, double High) YarnRamp(RotarySettings s)
    {
        double Pair(double turns) => s.Dimensions * Math.Log(s.OriginalMaxPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(s.Theta));
        (double low, double high) = (Pair(s.BetaFast), Pair(s.BetaSlow));
        if (s.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, s.Dimensions - 1));
        // A ramp of no width would divide by zero; the width is the reference's.
        return low == high ? (low, high + 0.001) : (low, high);
    }

    private static double ScaleYarn(double power, double factor, double divided) => 1.0 / (factor * power) * divided + 1.0 / power * (1 - divided);
}
