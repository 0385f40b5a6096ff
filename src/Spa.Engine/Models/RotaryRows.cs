using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// Where the tokens of a batch find their cosines and sines: rows of the decoder's table or, where every length has frequencies of its own
/// (<see cref="RotaryScaling.Dynamic"/>), of a table that is made for the batch.
/// </summary>
public sealed class RotaryRows
{
    private readonly RotarySettings _settings;
    private int[] _rows = [];
    private float[] _values = [];
    private double[] _frequencies = [];
    private int _regime = -1;

    /// <param name="settings">The embedding.</param>
    /// <param name="tokens">Most tokens of a batch.</param>
    /// <param name="name">Name of the segment.</param>
    /// <param name="arena">Where the memory comes from.</param>
    public RotaryRows(RotarySettings settings, int tokens, string name, Arena arena)
    {
        _settings = settings;
        Rows = arena.Take(name, DType.Int32, tokens, 1);
        if (settings.Scaling == RotaryScaling.Dynamic) Table = arena.Take($"{name}/table", DType.Float32, tokens, settings.Dimensions);
    }

    /// <summary>[T, 1] int32: the row of the table for each token.</summary>
    public Tensor Rows { get; }

    /// <summary>[T, 2P] for this batch; absent: the decoder's.</summary>
    public Tensor Table { get; }

    /// <summary>Copies a batch to the device: each token's position, and the length of its sequence.</summary>
    public void Upload(ComputeBackend backend, ReadOnlySpan<int> positions, ReadOnlySpan<int> lengths)
    {
        Tensor target = DecoderWorkspace.For(Rows, positions.Length);
        if (_settings.Scaling is not (RotaryScaling.Dynamic or RotaryScaling.LongRope))
        {
            backend.Upload(target, positions);
            return;
        }
        if (_rows.Length == 0) _rows = new int[Rows.Rows];
        bool perBatch = !Table.IsAbsent;
        for (int i = 0; i < positions.Length; i++) _rows[i] = perBatch ? i : RotaryTable.Row(_settings, positions[i], lengths[i]);
        backend.Upload<int>(target, _rows.AsSpan(0, positions.Length));
        if (perBatch) UploadTable(backend, positions, lengths);
    }

    private void UploadTable(ComputeBackend backend, ReadOnlySpan<int> positions, ReadOnlySpan<int> lengths)
    {
        int columns = _settings.Dimensions;
        if (_values.Length == 0) _values = new float[Table.Count];
        for (int i = 0; i < positions.Length; i++)
        {
            // Tokens of a sequence lie side by side, so frequencies are made once for each.
            if (_settings.Regime(lengths[i]) is var regime && regime != _regime) (_regime, _frequencies) = (regime, RotaryTable.Frequencies(_settings, regime));
            RotaryTable.Fill(_values.AsSpan(i * columns, columns), _settings, _frequencies, positions[i]);
        }
        backend.Upload<float>(DecoderWorkspace.For(Table, positions.Length), _values.AsSpan(0, positions.Length * columns));
    }
}
