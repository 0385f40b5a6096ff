using Spa.Engine.Compute;
using Spa.Engine.Models.Adapters;

namespace Spa.Engine.Models;

/// <summary>The weights (or gradients) of one block as the forward pass uses them; absent where the options have none.</summary>
public sealed class LayerTensors
{
    /// <summary>[1, C].</summary>
    public Tensor InputNorm { get; init; }

    public Tensor InputNormBias { get; init; }

    /// <summary>[(H + 2 Hkv) D, C].</summary>
    public Tensor Qkv { get; set; }

    public Tensor QkvBias { get; init; }

    /// <summary>[1, D].</summary>
    public Tensor QueryNorm { get; init; }

    public Tensor KeyNorm { get; init; }

    /// <summary>[C, H D].</summary>
    public Tensor Output { get; set; }

    public Tensor OutputBias { get; init; }

    public Tensor AttentionPostNorm { get; init; }

    public Tensor MlpNorm { get; init; }

    public Tensor MlpNormBias { get; init; }

    /// <summary>[2F, C] gate over up, or [F, C].</summary>
    public Tensor MlpInput { get; set; }

    public Tensor MlpInputBias { get; init; }

    /// <summary>[C, F].</summary>
    public Tensor MlpOutput { get; set; }

    public Tensor MlpOutputBias { get; init; }

    public Tensor MlpPostNorm { get; init; }

    /// <summary>By slot, instead of Qkv, Output, MlpInput and MlpOutput, which are absent then; null where those are there.</summary>
    internal QuantisedLinear[]? Quantised { get; set; }

    /// <summary>By slot; null without any.</summary>
    internal LinearAdapter?[]? Adapters { get; set; }
}
