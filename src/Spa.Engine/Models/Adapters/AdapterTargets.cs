using System.Globalization;

namespace Spa.Engine.Models.Adapters;

/// <summary>The linear layers of a decoder under the names that its family gives them, and which of them a list of targets means.</summary>
public static class AdapterTargets
{
    private const string AllLinear = "all-linear";

    /// <summary>Every linear layer of the blocks, block by block; rank 0 and scale 0.</summary>
    public static IReadOnlyList<AdapterModule> All(DecoderConfig config, ParameterNames names)
    {
        var modules = new List<AdapterModule>();
        int[] qkv = names.Qkv.Count == 1 ? [config.QkvWidth] : [config.QueryWidth, config.KvWidth, config.KvWidth];
        int[] mlp = names.MlpInput.Count == 1 ? [config.MlpInputWidth] : [config.IntermediateSize, config.IntermediateSize];
        for (int layer = 0; layer < config.Layers; layer++)
        {
            void Add(IReadOnlyList<string> patterns, int[] rows, int columns, LinearSlot slot)
            {
                int start = 0;
                foreach ((string pattern, int count) in patterns.Zip(rows))
                {
                    modules.Add(new AdapterModule(string.Format(CultureInfo.InvariantCulture, pattern, layer), layer, slot, start, count, columns, 0, 0));
                    start += count;
                }
            }

            Add(names.Qkv, qkv, config.HiddenSize, LinearSlot.Qkv);
            Add([names.Output], [config.HiddenSize], config.QueryWidth, LinearSlot.Output);
            Add(names.MlpInput, mlp, config.HiddenSize, LinearSlot.MlpInput);
            Add([names.MlpOutput], [config.HiddenSize], config.IntermediateSize, LinearSlot.MlpOutput);
        }
        return modules;
    }

    /// <summary>The modules that get an adapter, with its rank and scale.</summary>
    /// <exception cref="UsageException">A target is no linear layer of a block.</exception>
    public static IReadOnlyList<AdapterModule> Select(DecoderConfig config, ParameterNames names, AdapterSettings settings)
    {
        IReadOnlyList<AdapterModule> all = All(config, names);
        IReadOnlyList<string> targets = settings.TargetModules ?? Default(names);
        bool everything = targets is [AllLinear];
        if (!everything)
        {
            foreach (string target in targets)
            {
                if (!all.Any(m => Matches(m.Name, target)))
                    throw new UsageException($"'lora_target_modules': this model has no linear layer '{target}' in its blocks; it has {string.Join(", ", Short(all))}, or all-linear for all of them");
            }
        }
        double scale = settings.ScaleOf(settings.Rank, settings.Alpha);
        return [.. all.Where(m => everything || targets.Any(t => Matches(m.Name, t))).Select(m => m with { Rank = settings.Rank, Scale = scale })];
    }

    /// <summary>Last parts of the modules' names, each once: what <c>target_modules</c> holds.</summary>
    public static IReadOnlyList<string> Short(IEnumerable<AdapterModule> modules) => [.. modules.Select(m => m.Name[(m.Name.LastIndexOf('.') + 1)..]).Distinct()];

    // PEFT's rule: the whole name, or its end behind a dot.
    private static bool Matches(string name, string target) => name == target || name.EndsWith("." + target, StringComparison.Ordinal);

    // PEFT's table for the families here: q_proj and v_proj, the one fused projection, and Phi's plain MLP as well.
    private static IReadOnlyList<string> Default(ParameterNames names)
    {
        string Last(string pattern) => pattern[(pattern.LastIndexOf('.') + 1)..];
        List<string> targets = names.Qkv.Count == 1 ? [Last(names.Qkv[0])] : [Last(names.Qkv[0]), Last(names.Qkv[2])];
        if (names.MlpInput is [var up] && Last(up) == "fc1") targets.AddRange([Last(up), Last(names.MlpOutput)]);
        return targets;
    }
}
