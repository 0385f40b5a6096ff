using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Models.Families;

namespace Spa.Engine.Models;

/// <summary>A decoder's weights in one arena, with what describes them.</summary>
public sealed class Model : IDisposable
{
    private readonly Arena _arena;
    private readonly nint _address;

    /// <param name="backend">Device.</param>
    /// <param name="family">Family of the config.</param>
    /// <param name="config">Options.</param>
    /// <param name="configJson">The config.json that they come from; written again with the model.</param>
    /// <param name="matrixType">Storage of matrices: float32 or bfloat16.</param>
    public Model(ComputeBackend backend, ModelFamily family, DecoderConfig config, JsonObject configJson, DType matrixType)
    {
        (Backend, Family, Config, ConfigJson, MatrixType) = (backend, family, config, configJson, matrixType);
        Layout = new DecoderLayout(config, family.Names, matrixType);
        _arena = backend.CreateArena("weights", Layout.Table.WeightBytes);
        _address = _arena.TakeBytes("weights", Layout.Table.WeightBytes);
        // Alignment gaps are updated along with the rest; they must stay finite.
        backend.Zero(new Tensor(_address, DType.Float32, Layout.Table.WeightBytes / sizeof(float), 1));
        Tensors = Layout.Bind(Weight);
    }

    public ComputeBackend Backend { get; }

    public ModelFamily Family { get; }

    public DecoderConfig Config { get; }

    public JsonObject ConfigJson { get; }

    public DType MatrixType { get; }

    /// <summary>Type of activations (<see cref="ComputeBackend.ActivationType"/>).</summary>
    public DType ActivationType => Backend.ActivationType(MatrixType);

    public DecoderLayout Layout { get; }

    public ParameterTable Table => Layout.Table;

    public DecoderTensors Tensors { get; }

    /// <summary>A parameter's weights.</summary>
    public Tensor Weight(Parameter parameter) => ParameterTable.Weight(_address, parameter);

    /// <summary>Another model of the same shape with the same weights.</summary>
    public Model Clone()
    {
        var copy = new Model(Backend, Family, Config, ConfigJson, MatrixType);
        foreach (Parameter parameter in Table.Parameters) Backend.Copy(copy.Weight(copy.Table[parameter.Name]), Weight(parameter));
        return copy;
    }

    public void Dispose() => _arena.Dispose();
}
