using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>
/// Llama 3.1's scaled rotary embedding as GGUF stores it: what each frequency is divided by (<c>rope_freqs.weight</c>), where a config.json has the settings that
/// this comes from.
/// </summary>
internal static class Llama3Factors
{
    public const string TensorName = "rope_freqs.weight";

    /// <summary>Our own key beside it: factor, low and high frequency factor, original positions. Other programs pass over it.</summary>
    public const string Key = "spa.rope.llama3";

    // Stored as float32, computed by others in float32.
    private const double Tolerance = 1e-5;

    // Every published model has these; only the factor differs (8 or 32).
    private const float LowFactor = 1, HighFactor = 4, OriginalPositions = 8192;

    /// <summary>1 for wavelengths below original / high, the factor for those above original / low, a mix of both between.</summary>
    public static float[] Create(double theta, int dimensions, double factor, double lowFactor, double highFactor, int originalPositions)
    {
        var factors = new float[dimensions / 2];
        for (int i = 0; i < factors.Length; i++)
        {
            double wavelength = 2 * Math.PI * Math.Pow(theta, 2.0 * i / dimensions);
            double smooth = Math.Clamp((originalPositions / wavelength - lowFactor) / (highFactor - lowFactor), 0, 1);
            factors[i] = (float)(1 / ((1 - smooth) / factor + smooth));
        }
        return factors;
    }

    /// <summary>The <c>rope_scaling</c> that gives these factors, or null if neither the settings that the file claims nor published ones do.</summary>
    /// <param name="stored">What the file has.</param>
    /// <param name="claimed">Value of <see cref="Key"/>, where the file has it.</param>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="dimensions">Elements of a head that are rotated.</param>
    public static JsonObject? Recognise(ReadOnlySpan<float> stored, object? claimed, double theta, int dimensions)
    {
        if (stored.Length != dimensions / 2 || stored.Length == 0 || !(stored[^1] >= 1)) return null;
        float[][] candidates = [claimed as float[] ?? [], [stored[^1], LowFactor, HighFactor, OriginalPositions]];
        foreach (float[] settings in candidates)
        {
            if (settings is not [>= 1, > 0, > 0, >= 1 and < 1 << 24] || settings[1] >= settings[2] || !Gives(settings, stored, theta, dimensions)) continue;
            return new JsonObject
            {
                ["rope_type"] = "llama3",
                ["factor"] = Shortest(settings[0]),
                ["low_freq_factor"] = Shortest(settings[1]),
                ["high_freq_factor"] = Shortest(settings[2]),
                ["original_max_position_embeddings"] = (int)settings[3],
            };
        }
        return null;
    }

    private static bool Gives(float[] settings, ReadOnlySpan<float> stored, double theta, int dimensions)
    {
        float[] expected = Create(theta, dimensions, Shortest(settings[0]), Shortest(settings[1]), Shortest(settings[2]), (int)settings[3]);
        for (int i = 0; i < stored.Length; i++)
        {
            if (!(Math.Abs(stored[i] - expected[i]) <= Tolerance * expected[i])) return false;
        }
        return true;
    }

    // 1.1 was stored as float32; a config.json says 1.1.
    private static double Shortest(float value) => double.Parse(value.ToString("R"));
}
