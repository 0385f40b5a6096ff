namespace Spa.Engine.Models.Gguf;

/// <summary>The ways in which windows lie over the layers of llama.cpp's architectures.</summary>
internal static class GgufWindows
{
    /// <summary>All layers.</summary>
    public static bool Every(DecoderConfig config) => Lie(config, _ => true);

    /// <summary>The first, third, fifth, ...</summary>
    public static bool Alternate(DecoderConfig config) => Lie(config, layer => layer % 2 == 0);

    /// <summary>All but every <see cref="Period"/>th.</summary>
    public static bool Periodic(DecoderConfig config) => Period(config) is var period && Lie(config, layer => (layer + 1) % period != 0);

    /// <summary>Layers up to the first without a window; more than there are where all have one.</summary>
    public static int Period(DecoderConfig config)
    {
        for (int layer = 0; layer < config.Layers; layer++)
            if (config.Windows[layer] == 0) return layer + 1;
        return config.Layers + 1;
    }

    private static bool Lie(DecoderConfig config, Func<int, bool> windowed)
    {
        int window = config.Windows.Max();
        return Enumerable.Range(0, config.Layers).All(layer => config.Windows[layer] == (windowed(layer) ? window : 0));
    }
}
