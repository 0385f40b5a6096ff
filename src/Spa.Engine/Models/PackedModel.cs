using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// A copy of a model's matrices in the backend's own layout (<see cref="ComputeBackend.PackWeight"/>), for passes that use the same weights
/// many times: generation and scoring. Vectors, the embedding and quantised matrices are the model's own, and so is an adapter: it is not merged, so that results are those of training.
/// </summary>
public sealed class PackedModel : IDisposable
{
    private readonly Model _model;
    private readonly Arena? _arena;

    /// <param name="model">Whose matrices.</param>
    /// <param name="shared">The matrices of a model with the same weights (<see cref="Model.SharesWeights"/>), which must live as long; null: a copy of its own.</param>
    public PackedModel(Model model, PackedModel? shared = null)
    {
        _model = model;
        ComputeBackend backend = model.Backend;
        DecoderTensors source = model.Tensors;
        Tensors = model.Bind();
        if (shared is not null)
        {
            Take(Tensors, shared.Tensors);
            return;
        }
        _arena = backend.CreateArena("packed_weights", Arena.Measure(a => Lay(backend, a, source, null)));
        Lay(backend, _arena, source, Tensors);
    }

    public DecoderTensors Tensors { get; }

    /// <summary>Copies the matrices again, after the model's changed; a shared copy is left to whose it is.</summary>
    public void Refresh()
    {
        if (_arena is null) return;
        DecoderTensors source = _model.Tensors;
        for (int i = 0; i < source.Layers.Length; i++)
        {
            LayerTensors from = source.Layers[i], to = Tensors.Layers[i];
            _model.Backend.PackWeight(to.Qkv, from.Qkv);
            _model.Backend.PackWeight(to.Output, from.Output);
            _model.Backend.PackWeight(to.MlpInput, from.MlpInput);
            _model.Backend.PackWeight(to.MlpOutput, from.MlpOutput);
        }
        _model.Backend.PackWeight(Tensors.Head, source.Head);
    }

    public void Dispose() => _arena?.Dispose();

    private static void Take(DecoderTensors to, DecoderTensors from)
    {
        foreach ((LayerTensors target, LayerTensors source) in to.Layers.Zip(from.Layers))
            (target.Qkv, target.Output, target.MlpInput, target.MlpOutput) = (source.Qkv, source.Output, source.MlpInput, source.MlpOutput);
        to.Head = from.Head;
    }

    private static void Lay(ComputeBackend backend, Arena arena, DecoderTensors source, DecoderTensors? target)
    {
        Tensor Pack(Tensor weight, string name)
        {
            // Quantised weights stay as they are: a copy of their values would take the memory that they save.
            if (weight.IsAbsent) return weight;
            Tensor packed = backend.TakePacked(arena, name, weight);
            if (target is not null) backend.PackWeight(packed, weight);
            return packed;
        }

        for (int i = 0; i < source.Layers.Length; i++)
        {
            LayerTensors from = source.Layers[i], to = target?.Layers[i] ?? new LayerTensors();
            to.Qkv = Pack(from.Qkv, $"layer.{i}/qkv");
            to.Output = Pack(from.Output, $"layer.{i}/output");
            to.MlpInput = Pack(from.MlpInput, $"layer.{i}/mlp_input");
            to.MlpOutput = Pack(from.MlpOutput, $"layer.{i}/mlp_output");
        }
        Tensor head = Pack(source.Head, "head");
        if (target is not null) target.Head = head;
    }
}
