namespace Spa.Engine.Compute;

/// <summary>What a response is worth to a loss: f'(u) of the divergence that ties the policy to the reference, u = pi / pi_ref, without its constant (Wang et al. 2023).</summary>
public enum PairDivergence
{
    /// <summary>log u.</summary>
    ReverseKl,

    /// <summary>-1 / u.</summary>
    ForwardKl,

    /// <summary>log sigmoid(log u).</summary>
    JensenShannon,

    /// <summary>u^(alpha - 1) / (alpha - 1); the exponent is capped at 80, as TRL does.</summary>
    Alpha,
}
