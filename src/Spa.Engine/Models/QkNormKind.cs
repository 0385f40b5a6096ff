namespace Spa.Engine.Models;

/// <summary>How queries and keys are normalised before they are rotated.</summary>
public enum QkNormKind : byte
{
    None,

    /// <summary>RMSNorm of every head, one weight [D] for all heads (Qwen3, Gemma 3).</summary>
    Head,

    /// <summary>RMSNorm over all heads together, weight [H D] or [Hkv D] (OLMo-2).</summary>
    Width,

    /// <summary>LayerNorm without bias of every head with a weight of its own, [D] each (StableLM 2 12B).</summary>
    EachHead,
}
