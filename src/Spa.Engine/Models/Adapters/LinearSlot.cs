namespace Spa.Engine.Models.Adapters;

/// <summary>The four products of a block that a weight takes part in; modules that read the same input share one.</summary>
public enum LinearSlot : byte
{
    /// <summary>q, k, v.</summary>
    Qkv,

    /// <summary>Attention's output projection.</summary>
    Output,

    /// <summary>gate and up, or up alone.</summary>
    MlpInput,

    /// <summary>down.</summary>
    MlpOutput,
}
