using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>
/// Llama 3.1's scaled rotary embedding as GGUF stores it: what each frequency is divided by (<c>rope_freqs.weight</c>), where a config.json has the settings that
/// this comes from.
/// </summary>
internal static class Llama3Factors
{
    public const string TensorName = "rope_freqs.weight";

    // Stored as float32, computed by others in float32.
    private const double Tolerance = 1e-5;

    // Every published model has these; only the factor differs (8 or 32).
    private const double LowFactor = 1, HighFactor = 4;
    private const int OriginalPositions = 8192;

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

    /// <summary>The <c>rope_scaling</c> that gives these factors, or null if no published one does.</summary>
    public static JsonObject? Recognise(ReadOnlySpan<float> stored, double theta, int dimensions)
    {
        if (stored.Length != dimensions / 2 || stored.Length == 0 || !(stored[^1] >= 1)) return null;
        double factor = Math.Round(stored[^1], 4);
        float[] expected = Create(theta, dimensions, factor, LowFactor, HighFactor, OriginalPositions);
        for (int i = 0; i < stored.Length; i++)
        {
            if (!(Math.Abs(stored[i] - expected[i]) <= Tolerance * expected[i])) return null;
        }
        return new JsonObject
        {
            ["rope_type"] = "llama3",
            ["factor"] = factor,
            ["low_freq_factor"] = LowFactor,
            ["high_freq_factor"] = HighFactor,
            ["original_max_position_embeddings"] = OriginalPositions,
        };
    }
}
