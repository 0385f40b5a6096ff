using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// The transformer: a list of ops forward (<c>Decoder.Forward.cs</c>) and its mirror backward (<c>Decoder.Backward.cs</c>). Stateless but
/// for the rotary tables; weights, gradients and memory come with each call, so policy and reference share one decoder.
/// </summary>
public sealed partial class Decoder : IDisposable
{
    private readonly ComputeBackend _backend;
    private readonly Arena _arena;
    private readonly Tensor[] _rotary;
    private readonly Tensor _noBias;

    /// <param name="backend">Device.</param>
    /// <param name="config">Options.</param>
    /// <param name="positions">Longest sequence that will be computed; at most the model's.</param>
    public Decoder(ComputeBackend backend, DecoderConfig config, int positions)
    {
        _backend = backend;
        Config = config;
        Positions = positions;
        Tensor[] rotary = [];
        Tensor noBias = default;
        _arena = backend.CreateArena("rotary", arena =>
        {
            rotary = [.. config.Rotaries.Select((settings, i) => TakeTable(arena, settings, i, positions))];
            if (config.QkNorm == QkNormKind.EachHead) noBias = arena.Take("no_bias", DType.Float32, 1, config.HeadDim);
        });
        (_rotary, _noBias) = (rotary, noBias);
        for (int i = 0; i < rotary.Length; i++)
            if (!rotary[i].IsAbsent) backend.Upload<float>(rotary[i], RotaryTable.Create(config.Rotaries[i], positions));
        if (!noBias.IsAbsent) backend.Zero(noBias);
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

    // A table for each length exists only for a batch, in its workspace.
    private static Tensor TakeTable(Arena arena, RotarySettings settings, int index, int positions) => settings.Scaling == RotaryScaling.Dynamic ? default
        : arena.Take($"table.{index}", DType.Float32, positions * RotaryTable.RowsPerPosition(settings), settings.Dimensions);

    private void Rotate(Tensor qkv, DecoderWorkspace s, int layer, bool inverse)
    {
        int index = Config.RotaryOf(layer);
        if (index < 0) return;
        RotaryRows rows = s.Rotary[index];
        int tokens = (int)qkv.Rows;
        Tensor table = rows.Table.IsAbsent ? _rotary[index] : For(rows.Table, tokens);
        _backend.Rotary(Rotated(qkv), For(rows.Rows, tokens), table, Config.HeadDim, interleaved: false, inverse);
    }

    private void QkNormForward(Tensor output, Tensor input, Tensor statistics, Tensor weight)
    {
        if (Config.QkNorm != QkNormKind.EachHead)
        {
            _backend.RmsNormForward(output, statistics, input, weight, Config.NormEpsilon, Config.NormUnitOffset);
            return;
        }
        for (int head = 0; head < input.Columns / Config.HeadDim; head++)
            _backend.LayerNormForward(Head(output, head), statistics.ColumnRange(2 * head, 2), Head(input, head), Head(weight, head), _noBias, Config.NormEpsilon);
    }

    private void QkNormBackward(Tensor gradient, Tensor dweight, Tensor input, Tensor weight, Tensor statistics)
    {
        if (Config.QkNorm != QkNormKind.EachHead)
        {
            _backend.RmsNormBackward(gradient, dweight, gradient, input, weight, statistics, Config.NormUnitOffset, accumulate: false);
            return;
        }
        for (int head = 0; head < input.Columns / Config.HeadDim; head++)
        {
            Tensor part = Head(gradient, head);
            _backend.LayerNormBackward(part, Head(dweight, head), default, part, Head(input, head), Head(weight, head), statistics.ColumnRange(2 * head, 2), accumulate: false);
        }
    }

    private Tensor Head(Tensor heads, int head) => heads.ColumnRange(head * Config.HeadDim, Config.HeadDim);

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
