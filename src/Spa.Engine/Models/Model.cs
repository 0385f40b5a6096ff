using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Models.Families;

namespace Spa.Engine.Models;

/// <summary>
/// A decoder's weights in one arena, with what describes them, and perhaps an adapter. Models that differ in their adapters share the weights: the adapter
/// turned off is the base (<see cref="WithoutAdapter"/>).
/// </summary>
public sealed class Model : IDisposable
{
    private readonly ModelWeights _weights;
    private bool _disposed;

    /// <param name="backend">Device.</param>
    /// <param name="family">Family of the config.</param>
    /// <param name="config">Options.</param>
    /// <param name="configJson">The config.json that they come from; written again with the model.</param>
    /// <param name="matrixType">Storage of matrices, or what quantised ones are unpacked to: float32 or bfloat16.</param>
    /// <param name="format">How the matrices of blocks are quantised, for good; null: they are not.</param>
    public Model(ComputeBackend backend, ModelFamily family, DecoderConfig config, JsonObject configJson, DType matrixType, QuantisedFormat? format = null)
    {
        (Backend, Family, Config, ConfigJson, MatrixType, Format) = (backend, family, config, configJson, matrixType, format);
        Layout = new DecoderLayout(config, family.Names, matrixType, format);
        _weights = new ModelWeights(backend, Layout, matrixType, format);
        Tensors = Bind();
    }

    private Model(Model other, Adapter? adapter)
    {
        ObjectDisposedException.ThrowIf(other._disposed, other);
        (Backend, Family, Config, ConfigJson, MatrixType, Format, Layout) =
            (other.Backend, other.Family, other.Config, other.ConfigJson, other.MatrixType, other.Format, other.Layout);
        _weights = other._weights;
        _weights.Users++;
        Adapter = adapter;
        Source = other.Source;
        adapter?.Refresh(this);
        Tensors = Bind();
    }

    public ComputeBackend Backend { get; }

    public ModelFamily Family { get; }

    public DecoderConfig Config { get; }

    public JsonObject ConfigJson { get; }

    public DType MatrixType { get; }

    /// <summary>How the matrices of blocks are quantised; null: they are not.</summary>
    public QuantisedFormat? Format { get; }

    /// <summary>Type of activations (<see cref="ComputeBackend.ActivationType"/>).</summary>
    public DType ActivationType => Backend.ActivationType(MatrixType);

    public DecoderLayout Layout { get; }

    public ParameterTable Table => Layout.Table;

    /// <summary>Where the weights were read from; null: nowhere.</summary>
    internal string? Source { get; set; }

    /// <summary>What is added to the weights; null: nothing.</summary>
    public Adapter? Adapter { get; }

    /// <summary>What training changes: the adapter's parameters where there is one, else all.</summary>
    public ParameterTable Trainable => Adapter?.Table ?? Table;

    public DecoderTensors Tensors { get; }

    /// <summary>A parameter's weights, which must not be quantised.</summary>
    public Tensor Weight(Parameter parameter) => _weights.Weight(parameter);

    /// <summary>A parameter's codes and scales.</summary>
    public QuantisedWeight QuantisedWeight(Parameter parameter) => _weights.QuantisedWeight(parameter);

    /// <summary>The weights of a parameter of <see cref="Trainable"/>.</summary>
    public Tensor TrainableWeight(Parameter parameter) => Adapter?.Weight(parameter) ?? Weight(parameter);

    /// <summary>destination [R, K] float32 = rows of a matrix from <paramref name="firstRow"/> on.</summary>
    public void CopyWeight(Tensor destination, Parameter parameter, long firstRow)
    {
        if (parameter.Format is null) Backend.Copy(destination, Weight(parameter).RowRange(firstRow, destination.Rows));
        else Backend.DequantiseWeight(destination, QuantisedWeight(parameter), firstRow);
    }

    /// <summary>Views of the weights that a caller may exchange for others, with the adapter's.</summary>
    public DecoderTensors Bind()
    {
        DecoderTensors tensors = Layout.Bind(p => p.Format is null ? Weight(p) : default);
        tensors.Attach(_weights.Quantised);
        if (Adapter is not null) tensors.Attach(Adapter.Layers);
        return tensors;
    }

    /// <summary>The same weights, not copied, with an adapter, which the new model owns.</summary>
    public Model WithAdapter(Adapter adapter) => new(this, adapter);

    /// <summary>The same weights, not copied, without an adapter: the base.</summary>
    public Model WithoutAdapter() => new(this, null);

    /// <summary>Whether both have their weights in one place.</summary>
    public bool SharesWeights(Model other) => _weights == other._weights;

    /// <summary>Another model of the same shape with the same weights: a copy of what training changes, so of the adapter alone where there is one.</summary>
    public Model Clone()
    {
        if (Adapter is not null)
        {
            var adapter = new Adapter(Backend, Adapter.Layout) { Config = Adapter.Config };
            adapter.CopyFrom(Adapter);
            return WithAdapter(adapter);
        }
        // Quantised weights never change.
        if (Format is not null) return WithoutAdapter();
        var copy = new Model(Backend, Family, Config, ConfigJson, MatrixType);
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>Takes over what training changes of a model of the same shape.</summary>
    public void CopyFrom(Model other)
    {
        if (Adapter is not null != other.Adapter is not null) throw new ArgumentException("one model has an adapter, the other has none");
        for (int i = 0; i < Trainable.Parameters.Count; i++) Backend.Copy(TrainableWeight(Trainable.Parameters[i]), other.TrainableWeight(other.Trainable.Parameters[i]));
        Refresh();
    }

    /// <summary>What depends on trained weights follows them.</summary>
    public void Refresh() => Adapter?.Refresh(this);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Adapter?.Dispose();
        if (--_weights.Users == 0) _weights.Dispose();
    }
}
