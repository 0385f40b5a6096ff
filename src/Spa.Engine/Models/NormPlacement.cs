namespace Spa.Engine.Models;

/// <summary>Where a block normalises.</summary>
public enum NormPlacement : byte
{
    /// <summary>The input of attention and of the MLP (Llama).</summary>
    Pre,

    /// <summary>Input and output of both (Gemma 2).</summary>
    PreAndPost,

    /// <summary>The output of both, before it is added (OLMo-2).</summary>
    Post,

    /// <summary>One norm feeds attention and MLP side by side; both are added to the same input (Phi-2).</summary>
    Parallel,
}
