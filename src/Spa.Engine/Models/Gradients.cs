using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>Float32 gradients of all parameters in one flat buffer.</summary>
public sealed class Gradients
{
    public Gradients(DecoderLayout layout, Arena arena)
    {
        Flat = arena.Take("gradients", DType.Float32, layout.Table.FlatCount, 1);
        Tensor flat = Flat;
        Tensors = layout.Bind(p => ParameterTable.InFlat(flat, p));
    }

    /// <summary>[FlatCount, 1].</summary>
    public Tensor Flat { get; }

    public DecoderTensors Tensors { get; }
}
