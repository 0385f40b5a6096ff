using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Training.Optimizers;

/// <summary>What an update changes and what it reads, beside the optimiser's own states.</summary>
/// <param name="Backend">Device.</param>
/// <param name="Weight">The weights of a parameter.</param>
/// <param name="Gradients">Float32, flat over the table.</param>
/// <param name="Master">Float32 copy of bfloat16 weights, flat over the table; absent where none is kept.</param>
/// <param name="Norm">[1, 1] on the device: norm of all gradients.</param>
internal sealed record OptimizerTarget(ComputeBackend Backend, Func<Parameter, Tensor> Weight, Tensor Gradients, Tensor Master, Tensor Norm)
{
    /// <summary>The weights of a range as one vector.</summary>
    public Tensor WeightsOf(in ParameterRange range)
    {
        Tensor first = Weight(range.First);
        return new Tensor(first.Address, first.Type, range.Count, 1);
    }

    /// <summary>Their master copy; absent for float32 weights.</summary>
    public Tensor MasterOf(in ParameterRange range) => range.First.Type == DType.Float32 ? default : Master.Flat(range.First.Offset, range.Count);

    /// <summary>Their gradients.</summary>
    public Tensor GradientsOf(in ParameterRange range) => Gradients.Flat(range.First.Offset, range.Count);
}
