using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>The memory of a model's weights, which several models may use.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly Arena _arena;

    public ModelWeights(ComputeBackend backend, ParameterTable table)
    {
        _arena = backend.CreateArena("weights", table.WeightBytes);
        Address = _arena.TakeBytes("weights", table.WeightBytes);
        // Alignment gaps are updated along with the rest; they must stay finite.
        backend.Zero(new Tensor(Address, DType.Float32, table.WeightBytes / sizeof(float), 1));
    }

    public nint Address { get; }

    /// <summary>Models that use it; the last one to go disposes of it.</summary>
    public int Users { get; set; } = 1;

    public void Dispose() => _arena.Dispose();
}
