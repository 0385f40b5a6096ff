namespace Spa.Engine.Compute;

/// <summary>
/// Settings of one AdamW update (Loshchilov and Hutter 2019, as torch.optim.AdamW computes it). In double, as torch holds them: 1 - 0.999f
/// is off by 1e-5.
/// </summary>
/// <param name="LearningRate">Of this update.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added outside the root.</param>
/// <param name="WeightDecay">Decoupled: the weight is scaled by 1 - lr * decay first.</param>
/// <param name="Step">Count of this update from 1, for the bias correction.</param>
/// <param name="MaxGradNorm">The gradient is scaled by min(1, MaxGradNorm / (norm + 1e-6)); 0: no clipping.</param>
public readonly record struct AdamWStep(double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, int Step, double MaxGradNorm);
