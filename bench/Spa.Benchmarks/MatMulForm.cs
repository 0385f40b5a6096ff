namespace Spa.Benchmarks;

/// <summary>The three products of a linear layer, and the stored forms of its weight.</summary>
public enum MatMulForm
{
    /// <summary>Y = X W^T.</summary>
    Forward,

    /// <summary>The same with W packed beforehand.</summary>
    ForwardPacked,

    /// <summary>The same with W in bfloat16, row-major.</summary>
    ForwardBf16,

    /// <summary>dX = dY W.</summary>
    InputGradient,

    /// <summary>dW += dY^T X.</summary>
    WeightGradient,
}
