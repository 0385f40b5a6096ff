using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Preference;

/// <summary>The quantile rule on a device, fed with margins: scores whose only part is the extrapolated one.</summary>
internal sealed class NoiseBench : IDisposable
{
    private const double Share = 0.25;

    private readonly ComputeBackend _backend;
    private readonly Arena _arena;
    private NoiseState? _state;
    private Tensor _margins, _flags, _scores, _indices;

    public NoiseBench(ComputeBackend backend, int pairs)
    {
        _backend = backend;
        _arena = backend.CreateArena("noise", arena =>
        {
            _state = new NoiseState(NoiseRule.Quantile, Share, pairs, arena);
            _margins = arena.Take("margins", DType.Float64, pairs, 1);
            _flags = arena.Take("flags", DType.Int32, pairs, 1);
            _scores = arena.Take("scores", DType.Float64, pairs, PairColumns.Scores);
            _indices = arena.Take("indices", DType.Int32, pairs, 1);
        });
        _state!.Reset(backend);
    }

    /// <summary>One micro-batch.</summary>
    public bool[] Flag(int[] indices, double[] margins)
    {
        int count = indices.Length;
        double[] scores = new double[count * PairColumns.Scores];
        for (int i = 0; i < count; i++) scores[i * PairColumns.Scores + 4] = margins[i];
        _backend.Upload<double>(_scores.RowRange(0, count), scores);
        _backend.Upload<int>(_indices.RowRange(0, count), indices);
        _backend.NoiseFlag(_margins.RowRange(0, count), _flags.RowRange(0, count), _state!, _scores.RowRange(0, count), _indices.RowRange(0, count), 1);
        int[] flags = new int[count];
        _backend.Download<int>(flags, _flags.RowRange(0, count));
        return [.. flags.Select(f => f != 0)];
    }

    public void EndUpdate() => _backend.NoiseEndUpdate(_state!);

    public double[] Save() => _state!.Save(_backend);

    public void Restore(double[] saved) => _state!.Restore(_backend, saved);

    public void Dispose() => _arena.Dispose();
}
