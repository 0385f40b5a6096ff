namespace Spa.Engine.Preference;

/// <summary>Sums over response tokens of one pair, natural logarithms (docs/algorithm.md section 2).</summary>
public struct PairLogProbs
{
    /// <summary>log pi_theta(y_w).</summary>
    public double PolicyChosen;

    /// <summary>log pi_theta(y_l).</summary>
    public double PolicyRejected;

    /// <summary>log pi_ref(y_w).</summary>
    public double ReferenceChosen;

    /// <summary>log pi_ref(y_l).</summary>
    public double ReferenceRejected;

    /// <summary>log pi_ext(y_w); equals the policy's where lambda is 0.</summary>
    public double ExtrapolatedChosen;

    /// <summary>log pi_ext(y_l).</summary>
    public double ExtrapolatedRejected;

    private readonly double ReferenceRatio => ReferenceChosen - ReferenceRejected;

    /// <summary>D = [log pi_theta(y_w) - log pi_theta(y_l)] - [log pi_ref(y_w) - log pi_ref(y_l)].</summary>
    public readonly double Margin => PolicyChosen - PolicyRejected - ReferenceRatio;

    /// <summary>M = [log pi_ext(y_w) - log pi_ext(y_l)] - [log pi_ref(y_w) - log pi_ref(y_l)].</summary>
    public readonly double ExtrapolatedMargin => ExtrapolatedChosen - ExtrapolatedRejected - ReferenceRatio;
}
