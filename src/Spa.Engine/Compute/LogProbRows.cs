namespace Spa.Engine.Compute;

/// <summary>
/// What the head computes per response row, all [R] float32 vectors (docs/algorithm.md section 4.2: one pass, three log-probs). Absent tensors are not
/// computed. a are the policy's logits, b the reference's, c = (1 + lambda) a - lambda b; y is the row's label.
/// </summary>
public struct LogProbRows
{
    /// <summary>a[y] - LSE(a).</summary>
    public Tensor Policy;

    /// <summary>LSE(a), for the gradient seed.</summary>
    public Tensor PolicyLse;

    /// <summary>b[y] - LSE(b); needs the reference's logits.</summary>
    public Tensor Reference;

    /// <summary>c[y] - LSE(c); needs the reference's logits.</summary>
    public Tensor Extrapolated;

    /// <summary>Entropy of softmax(a), in nats.</summary>
    public Tensor Entropy;

    /// <summary>Mean of a over the vocabulary.</summary>
    public Tensor MeanLogit;

    /// <summary>1 where the label has the largest logit (the lowest id among equals), else 0.</summary>
    public Tensor Top1;

    /// <summary>log sum_v p_v^2, p = softmax(a); a pass of its own (<see cref="ComputeBackend.LogProbSquares"/>), made where it is asked for.</summary>
    public Tensor Squares;
}
