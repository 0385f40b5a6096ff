namespace Spa.Engine.Compute;

/// <summary>What the codes of a <see cref="QuantisedWeight"/> stand for.</summary>
public enum WeightCode : byte
{
    /// <summary>4-bit NormalFloat (Dettmers et al. 2023, arXiv 2305.14314, appendix E): quantiles of a normal distribution, in blocks of 64.</summary>
    Nf4,

    /// <summary>4-bit floating point as bitsandbytes has it: sign, two bits of exponent, one of mantissa, in blocks of 64.</summary>
    Fp4,

    /// <summary>Signed bytes with a scale for each row (Dettmers et al. 2022, arXiv 2208.07339, its weights).</summary>
    Int8,
}
