namespace Spa.Engine.Compute;

/// <summary>Settings of one Lion update (Chen et al. 2023).</summary>
/// <param name="LearningRate">Of this update: every weight moves by it.</param>
/// <param name="Beta1">Weight of the moment in the direction.</param>
/// <param name="Beta2">Decay of the moment.</param>
/// <param name="WeightDecay">Decoupled: the weight is scaled by 1 - lr * decay first.</param>
/// <param name="MaxGradNorm">The gradient is scaled by min(1, MaxGradNorm / (norm + 1e-6)); 0: no clipping.</param>
public readonly record struct LionStep(double LearningRate, double Beta1, double Beta2, double WeightDecay, double MaxGradNorm);
