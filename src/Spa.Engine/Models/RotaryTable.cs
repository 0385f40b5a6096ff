namespace Spa.Engine.Models;

/// <summary>Cosines and sines by position, for <see cref="Compute.ComputeBackend.Rotary"/>.</summary>
public static class RotaryTable
{
    /// <summary>
    /// [positions, 2P] row-major: cos of the P angles, then their sines. Frequencies are rounded to float32 as Hugging Face computes them;
    /// the angle is their exact product with the position.
    /// </summary>
    public static float[] Create(RotarySettings settings, int positions)
    {
        double[] frequencies = Frequencies(settings);
        int pairs = frequencies.Length;
        var table = new float[(long)positions * 2 * pairs];
        for (int position = 0; position < positions; position++)
        {
            for (int i = 0; i < pairs; i++)
            {
                double angle = position * frequencies[i];
                table[position * 2 * pairs + i] = (float)Math.Cos(angle);
                table[position * 2 * pairs + pairs + i] = (float)Math.Sin(angle);
            }
        }
        return table;
    }

    private static double[] Frequencies(RotarySettings settings)
    {
        var frequencies = new double[settings.Dimensions / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            double frequency = (float)(1.0 / Math.Pow(settings.Theta, (float)(2 * i) / settings.Dimensions));
            frequencies[i] = (float)(settings.Scaling switch
            {
                RotaryScaling.Linear => frequency / settings.Factor,
                RotaryScaling.Llama3 => ScaleLlama3(frequency, settings),
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
}
