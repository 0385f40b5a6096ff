using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>Float32 gradients of all parameters that training changes, in one flat buffer.</summary>
public sealed class Gradients
{
    public Gradients(Model model, Arena arena)
    {
        Flat = arena.Take("gradients", DType.Float32, model.Trainable.FlatCount, 1);
        Tensor flat = Flat;
        // With an adapter the base has no gradients: absent tensors, which backward passes over.
        Tensors = model.Layout.Bind(p => model.Adapter is null ? ParameterTable.InFlat(flat, p) : default);
        if (model.Adapter is { } adapter) Tensors.Attach(adapter.Layout.Bind(p => ParameterTable.InFlat(flat, p)));
    }

    /// <summary>[FlatCount, 1].</summary>
    public Tensor Flat { get; }

    public DecoderTensors Tensors { get; }
}
