using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration.Import;

/// <summary>Reads configurations of TRL, alignment-handbook, LLaMA-Factory and Axolotl as Spa's.</summary>
public static class ConfigurationImport
{
    /// <summary>The keys that say whose a configuration is, in the order they are looked for.</summary>
    private static readonly (string Key, ForeignFormat Format)[] s_marks =
    [
        ("base_model", ForeignFormat.Axolotl), ("finetuning_type", ForeignFormat.LlamaFactory), ("cutoff_len", ForeignFormat.LlamaFactory), ("stage", ForeignFormat.LlamaFactory),
        ("dataset_mixer", ForeignFormat.AlignmentHandbook), ("dataset_mixture", ForeignFormat.AlignmentHandbook), ("dataset_splits", ForeignFormat.AlignmentHandbook),
        ("chat_template", ForeignFormat.AlignmentHandbook), ("model_name_or_path", ForeignFormat.Trl),
    ];

    /// <summary>Reads a foreign configuration.</summary>
    /// <param name="document">The file.</param>
    /// <param name="format">Whose it is; null: its keys tell.</param>
    /// <param name="stage">The command that it is for; null: its keys tell.</param>
    /// <exception cref="UsageException">It is none of the formats, or it is for something that Spa does not do.</exception>
    public static ImportedConfiguration Read(ConfigurationDocument document, ForeignFormat? format = null, ConfigurationStage? stage = null)
    {
        ForeignFormat found = format ?? Recognise(document);
        ImportBuilder builder = new(document);
        IReadOnlyDictionary<string, string> reasons = found switch
        {
            ForeignFormat.Axolotl => AxolotlKeys.Read(builder),
            ForeignFormat.LlamaFactory => LlamaFactoryKeys.Read(builder),
            _ => TrlKeys.Read(builder, document.Root),
        };
        builder.Stage = stage ?? builder.Stage;
        return builder.Build(found, reasons);
    }

    private static ForeignFormat Recognise(ConfigurationDocument document)
    {
        JsonObject root = document.Root;
        if (root.ContainsKey("model") && root.ContainsKey("train_dataset"))
            throw new UsageException($"{document.Name}: LLaMA-Factory's v1 layout (model, train_dataset, peft_config) is not read; write it with model_name_or_path, stage, dataset and "
                + "finetuning_type");
        foreach ((string key, ForeignFormat format) in s_marks)
            if (root.ContainsKey(key)) return format;
        throw new UsageException($"{document.Name}: not a configuration of TRL, alignment-handbook, LLaMA-Factory or Axolotl: expected model_name_or_path or base_model; "
            + "--format says whose it is");
    }
}
