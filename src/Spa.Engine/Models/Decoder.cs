using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// The transformer: a list of ops forward (<c>Decoder.Forward.cs</c>) and its mirror backward (<c>Decoder.Backward.cs</c>). Stateless but
/// for the rotary table; weights, gradients and memory come with each call, so policy and reference share one decoder.
/// </summary>
public sealed partial class Decoder : IDisposable
{
    private readonly ComputeBackend _backend;
    private readonly Arena _arena;
    private readonly Tensor _rotary;

    /// <param name="backend">Device.</param>
    /// <param name="config">Options.</param>
    /// <param name="positions">Longest sequence that will be computed; at most the model's.</param>
    public Decoder(ComputeBackend backend, DecoderConfig config, int positions)
    {
        _backend = backend;
        Config = config;
        Positions = positions;
        int columns = config.Rotary.Dimensions;
        _arena = backend.CreateArena("rotary", Arena.Measure(a => a.Take("table", DType.Float32, positions, columns)));
        _rotary = _arena.Take("table", DType.Float32, positions, columns);
        backend.Upload<float>(_rotary, RotaryTable.Create(config.Rotary, positions));
    }

    public DecoderConfig Config { get; }

    /// <summary>Longest sequence.</summary>
    public int Positions { get; }

    public void Dispose() => _arena.Dispose();

    private static Tensor For(Tensor tensor, int rows) => DecoderWorkspace.For(tensor, rows);

    private Tensor Queries(Tensor qkv) => qkv.ColumnRange(0, Config.QueryWidth);

    private Tensor Keys(Tensor qkv) => qkv.ColumnRange(Config.QueryWidth, Config.KvWidth);

    private Tensor Values(Tensor qkv) => qkv.ColumnRange(Config.QueryWidth + Config.KvWidth, Config.KvWidth);

    // Queries and keys side by side: all are rotated alike.
    private Tensor Rotated(Tensor qkv) => qkv.ColumnRange(0, Config.QueryWidth + Config.KvWidth);

    private void NormForward(Tensor output, Tensor statistics, Tensor input, Tensor weight, Tensor bias, Tensor residual = default)
    {
        if (Config.Norm == NormKind.Rms) _backend.RmsNormForward(output, statistics, input, weight, Config.NormEpsilon, Config.NormUnitOffset, residual);
        else _backend.LayerNormForward(output, statistics, input, weight, bias, Config.NormEpsilon, residual);
    }

    private void NormBackward(Tensor dinput, Tensor dweight, Tensor dbias, Tensor dout, Tensor input, Tensor weight, Tensor statistics, bool accumulate)
    {
        if (Config.Norm == NormKind.Rms) _backend.RmsNormBackward(dinput, dweight, dout, input, weight, statistics, Config.NormUnitOffset, accumulate);
        else _backend.LayerNormBackward(dinput, dweight, dbias, dout, input, weight, statistics, accumulate);
    }
}
