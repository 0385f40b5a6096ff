namespace Spa.Engine.Configuration.Import;

/// <summary>Whose configuration a file is.</summary>
public enum ForeignFormat : byte
{
    /// <summary>TRL: <c>trl dpo --config</c>, <c>trl sft --config</c>.</summary>
    Trl,

    /// <summary>alignment-handbook: TRL's keys and a mixture of data sets.</summary>
    AlignmentHandbook,

    LlamaFactory,

    Axolotl,
}
