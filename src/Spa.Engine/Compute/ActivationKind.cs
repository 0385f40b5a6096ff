namespace Spa.Engine.Compute;

/// <summary>The function on the gate of a gated MLP, or on the single branch of a plain one.</summary>
public enum ActivationKind : byte
{
    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>The tanh form of GELU (gelu_new, gelu_pytorch_tanh).</summary>
    GeluTanh,

    /// <summary>The exact form of GELU, with erf.</summary>
    GeluErf,

    /// <summary>max(x, 0).</summary>
    Relu,
}
