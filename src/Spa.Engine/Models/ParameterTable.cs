using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// All weights of a model over one flat buffer. What is used fused (q, k, v; gate, up) lies side by side, so the fused matrix is a view.
/// Optimiser, gradient norm, checkpoints and sharding go over the flat buffers and need no names.
/// </summary>
public sealed class ParameterTable
{
    // Elements: 64 bytes in bfloat16, 128 in float32, so every group starts on a cache line in every buffer.
    private const int GroupAlignment = 32;

    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<string, Parameter> _byName = [];

    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Elements of a flat float32 buffer, alignment included.</summary>
    public long FlatCount { get; private set; }

    /// <summary>Bytes of the weight buffer.</summary>
    public long WeightBytes { get; private set; }

    /// <summary>Weights in all, without alignment.</summary>
    public long Count => _parameters.Sum(p => p.Count);

    public Parameter this[string name] => _byName[name];

    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Adds parameters that form one matrix (or vector) when read together.</summary>
    public void AddGroup(DType type, bool decay, params ReadOnlySpan<(string Name, long Rows, int Columns)> members)
    {
        // The same number of elements everywhere: neighbours of one type keep their distance in flat and in weight buffers.
        int byteAlignment = GroupAlignment * type.Size();
        FlatCount = Align(FlatCount, GroupAlignment);
        WeightBytes = Align(WeightBytes, byteAlignment);
        foreach ((string name, long rows, int columns) in members)
        {
            var parameter = new Parameter(name, rows, columns, decay, type, FlatCount, WeightBytes);
            _parameters.Add(parameter);
            _byName.Add(name, parameter);
            FlatCount += parameter.Count;
            WeightBytes += parameter.Count * type.Size();
        }
        FlatCount = Align(FlatCount, GroupAlignment);
        WeightBytes = Align(WeightBytes, byteAlignment);
    }

    /// <summary>Adds parameters as codes, each on a boundary of its own; products read them one behind the other all the same.</summary>
    /// <param name="type">What they are unpacked to.</param>
    /// <param name="format">How they are quantised.</param>
    /// <param name="members">Names and shapes.</param>
    public void AddQuantised(DType type, QuantisedFormat format, params ReadOnlySpan<(string Name, long Rows, int Columns)> members)
    {
        WeightBytes = Align(WeightBytes, Arena.Alignment);
        foreach ((string name, long rows, int columns) in members)
        {
            FlatCount = Align(FlatCount, GroupAlignment);
            var parameter = new Parameter(name, rows, columns, true, type, FlatCount, WeightBytes, format);
            _parameters.Add(parameter);
            _byName.Add(name, parameter);
            FlatCount += parameter.Count;
            WeightBytes += new QuantisedWeight(0, 0, format, rows, columns).Bytes;
        }
        FlatCount = Align(FlatCount, GroupAlignment);
    }

    /// <summary>A parameter in the weight buffer that starts at <paramref name="address"/>.</summary>
    public static Tensor Weight(nint address, Parameter p) => new(address + (nint)p.ByteOffset, p.Type, p.Rows, p.Columns);

    /// <summary>A parameter's part of a flat float32 buffer [FlatCount, 1].</summary>
    public static Tensor InFlat(Tensor flat, Parameter p) => flat.Flat(p.Offset, p.Count).Reshape(p.Rows, p.Columns);

    private static long Align(long value, int to) => (value + to - 1) / to * to;
}
