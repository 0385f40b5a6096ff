namespace Spa.Engine.Compute;

/// <summary>Settings of one Adafactor update (Shazeer and Stern 2018).</summary>
/// <param name="LearningRate">Of this update.</param>
/// <param name="WeightDecay">Decoupled: the weight is scaled by 1 - lr * decay first.</param>
/// <param name="Step">Count of this update from 1: the second moments decay by 1 - Step^-0.8.</param>
/// <param name="MaxGradNorm">The gradient is scaled by min(1, MaxGradNorm / (norm + 1e-6)); 0: no clipping.</param>
public readonly record struct AdafactorStep(double LearningRate, double WeightDecay, int Step, double MaxGradNorm)
{
    /// <summary>Added to every squared gradient, so that no root divides by 0.</summary>
    public const float Epsilon = 1e-30f;

    /// <summary>Decay of the second moments; 0 at the first update, so that they begin as the first gradient's.</summary>
    public double Decay => 1 - Math.Pow(Step, -0.8);
}
