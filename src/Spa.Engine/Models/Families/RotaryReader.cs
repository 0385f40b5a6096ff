namespace Spa.Engine.Models.Families;

/// <summary>
/// Rotary settings of a config.json in both spellings: <c>rope_theta</c> with <c>rope_scaling</c>, and the newer <c>rope_parameters</c> that holds both. As in
/// transformers a value inside the object wins over one beside it, and <c>rope_scaling</c> over <c>rope_parameters</c>.
/// </summary>
internal static class RotaryReader
{
    // Everything that such an object may hold. A kind passes over what other kinds compute with, as transformers does; what is not here may mean anything.
    private static readonly HashSet<string> s_known =
    [
        "rope_type", "type", "rope_theta", "partial_rotary_factor", "factor", "original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow",
        "mscale", "mscale_all_dim", "truncate", "short_factor", "long_factor", "low_freq_factor", "high_freq_factor", "finetuned",
    ];

    /// <param name="config">config.json.</param>
    /// <param name="headDim">D.</param>
    /// <param name="partial">The family rotates only a share of a head, <c>partial_rotary_factor</c>.</param>
    /// <param name="kindOf">What the family means by a kind's name.</param>
    public static RotarySettings Read(ConfigReader config, int headDim, bool partial = false, Func<string, string>? kindOf = null)
    {
        ConfigReader? parameters = config.Object("rope_parameters");
        return Read(config, config.NonEmptyObject("rope_scaling") ?? parameters, headDim, config.Double("rope_theta"), partial, kindOf);
    }

    /// <summary>The settings of one object; <paramref name="theta"/> where it has none of its own.</summary>
    public static RotarySettings Read(ConfigReader config, ConfigReader? scaling, int headDim, double theta, bool partial = false, Func<string, string>? kindOf = null)
    {
        double fraction = partial ? config.Double("partial_rotary_factor", 1) : 1;
        if (scaling is null) return new RotarySettings { Theta = theta, Dimensions = (int)(headDim * fraction) };
        double own = scaling.Double("partial_rotary_factor", fraction);
        if (!partial && own != 1) throw scaling.Unsupported("partial_rotary_factor", $"{own}", "1 for models of this type");
        scaling.RequireKnown(s_known);
        var settings = new RotarySettings { Theta = scaling.Double("rope_theta", theta), Dimensions = (int)(headDim * own) };
        string kind = scaling.Has("rope_type") ? scaling.Text("rope_type") : scaling.Text("type", "default");
        return (kindOf?.Invoke(kind) ?? kind) switch
        {
            "default" => settings,
            "linear" => settings with { Scaling = RotaryScaling.Linear, Factor = Factor(scaling) },
            "dynamic" => Dynamic(config, scaling, settings),
            "llama3" => settings with
            {
                Scaling = RotaryScaling.Llama3,
                Factor = Factor(scaling),
                LowFrequencyFactor = scaling.Double("low_freq_factor"),
                HighFrequencyFactor = scaling.Double("high_freq_factor"),
                OriginalMaxPositions = Original(config, scaling),
            },
            "yarn" => Yarn(config, scaling, settings),
            "longrope" => LongRope(config, scaling, settings),
            _ => throw scaling.Unsupported("rope_type", kind, "default, linear, dynamic, llama3, yarn, longrope"),
        };
    }

    /// <summary>Longest sequence: what the config says or, where a kind stretches that length when it is computed, the stretched one.</summary>
    public static int MaxPositions(ConfigReader config, RotarySettings rotary)
    {
        int positions = config.Int("max_position_embeddings");
        bool stretches = rotary.Scaling is RotaryScaling.Dynamic or RotaryScaling.Yarn;
        return stretches ? (int)Math.Clamp(rotary.OriginalMaxPositions * rotary.Factor, positions, int.MaxValue / 4) : positions;
    }

    // Counted from the config's length, whatever the object says.
    private static RotarySettings Dynamic(ConfigReader config, ConfigReader scaling, RotarySettings settings)
    {
        if (settings.Dimensions <= 2) throw scaling.Unsupported("rope_type", "dynamic", "dynamic with more than two rotated elements of a head");
        return settings with { Scaling = RotaryScaling.Dynamic, Factor = Factor(scaling), OriginalMaxPositions = config.Int("max_position_embeddings") };
    }

    private static RotarySettings Yarn(ConfigReader config, ConfigReader scaling, RotarySettings settings)
    {
        int original = Original(config, scaling);
        double factor = scaling.Has("factor") ? Factor(scaling) : (double)config.Int("max_position_embeddings") / original;
        double mscale = scaling.Double("mscale", 0), mscaleAll = scaling.Double("mscale_all_dim", 0);
        double computed = mscale != 0 && mscaleAll != 0 ? YarnScale(factor, mscale) / YarnScale(factor, mscaleAll) : YarnScale(factor, 1);
        return settings with
        {
            Scaling = RotaryScaling.Yarn,
            Factor = factor,
            OriginalMaxPositions = original,
            AttentionFactor = scaling.Double("attention_factor", computed),
            BetaFast = OrDefault(scaling.Double("beta_fast", 0), 32),
            BetaSlow = OrDefault(scaling.Double("beta_slow", 0), 1),
            Truncate = scaling.Bool("truncate", true),
        };
    }

    private static RotarySettings LongRope(ConfigReader config, ConfigReader scaling, RotarySettings settings)
    {
        int original = Original(config, scaling), pairs = settings.Dimensions / 2;
        double factor = scaling.Has("factor") ? Factor(scaling) : (double)config.Int("max_position_embeddings") / original;
        double computed = factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(original));
        return settings with
        {
            Scaling = RotaryScaling.LongRope,
            Factor = factor,
            OriginalMaxPositions = original,
            AttentionFactor = scaling.Double("attention_factor", computed),
            ShortFactors = Divisors(scaling, "short_factor", pairs),
            LongFactors = Divisors(scaling, "long_factor", pairs),
        };
    }

    // Phi-3 keeps it beside the object, which then has no say.
    private static int Original(ConfigReader config, ConfigReader scaling) => config.Has("original_max_position_embeddings")
        ? config.Int("original_max_position_embeddings")
        : scaling.Int("original_max_position_embeddings", config.Int("max_position_embeddings"));

    private static double Factor(ConfigReader scaling)
    {
        double factor = scaling.Double("factor");
        return factor > 0 ? factor : throw scaling.Unsupported("factor", $"{factor}", "a number above 0");
    }

    private static double[] Divisors(ConfigReader scaling, string key, int count)
    {
        double[] values = scaling.Doubles(key);
        if (values.Length != count) throw scaling.Unsupported(key, $"{values.Length} numbers", $"{count}, one for each pair of rotated elements");
        return Array.TrueForAll(values, v => v > 0) ? values : throw scaling.Unsupported(key, $"{values.Min()}", "numbers above 0");
    }

    private static double YarnScale(double factor, double mscale) => factor <= 1 ? 1 : 0.1 * mscale * Math.Log(factor) + 1;

    private static double OrDefault(double value, double fallback) => value == 0 ? fallback : value;
}
