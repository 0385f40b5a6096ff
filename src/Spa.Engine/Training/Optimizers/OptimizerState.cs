using Spa.Engine.Compute;

namespace Spa.Engine.Training.Optimizers;

/// <summary>A part of what an optimiser remembers from update to update, as a checkpoint stores it.</summary>
/// <param name="Name">Name in the checkpoint.</param>
/// <param name="Tensor">Contiguous; float32, bfloat16 or int32.</param>
public readonly record struct OptimizerState(string Name, Tensor Tensor);
