using Spa.Engine.Compute;
using Spa.Engine.Models.Adapters;

namespace Spa.Engine.Models;

/// <summary>All weights of a model, or all gradients, as the decoder uses them.</summary>
public sealed class DecoderTensors
{
    /// <summary>[V, C].</summary>
    public Tensor Embedding { get; init; }

    public required LayerTensors[] Layers { get; init; }

    /// <summary>[1, C].</summary>
    public Tensor FinalNorm { get; init; }

    public Tensor FinalNormBias { get; init; }

    /// <summary>[V, C]; the embedding itself where tied.</summary>
    public Tensor Head { get; set; }

    public Tensor HeadBias { get; init; }

    /// <summary>Puts quantised weights in the place of those that are absent: [layer][slot], or nothing.</summary>
    internal void Attach(QuantisedLinear[][] weights)
    {
        for (int layer = 0; layer < weights.Length; layer++) Layers[layer].Quantised = weights[layer];
    }

    /// <summary>Puts an adapter (or its gradients) beside the weights: [layer][slot].</summary>
    internal void Attach(LinearAdapter?[][] adapters)
    {
        for (int layer = 0; layer < Layers.Length; layer++) Layers[layer].Adapters = adapters[layer];
    }
}
