namespace Spa.Engine.Compute;

/// <summary>
/// What the noise mask remembers of a stage, on the device: [4 + 2 entries] float64 holds the threshold, the number of means seen, two unused
/// places, then per entry the latest margin (or the window), then the margins of the update under way. NaN is an empty place.
/// </summary>
public sealed class NoiseState
{
    /// <summary>Places before the entries.</summary>
    public const int Header = 4;

    /// <summary>Micro-batch means that <see cref="NoiseRule.Rolling"/> looks back on.</summary>
    public const int Window = 50;

    /// <param name="rule">How the threshold is found.</param>
    /// <param name="share">K in (0, 1): share of pairs that count as noisy.</param>
    /// <param name="pairs">Pairs of the stage.</param>
    /// <param name="arena">Where the memory comes from; content is undefined until <see cref="Reset"/> or <see cref="Restore"/>.</param>
    public NoiseState(NoiseRule rule, double share, int pairs, Arena arena)
    {
        if (!(share > 0 && share < 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "a share lies between 0 and 1");
        (Rule, Share) = (rule, share);
        Entries = rule switch { NoiseRule.Quantile => Math.Max(1, pairs), NoiseRule.Rolling => Window, _ => 1 };
        State = arena.Take("noise_state", DType.Float64, Header + 2L * Entries, 1);
    }

    // Kept, as it may be needed again within a step.
    private double[]? _empty;

    public NoiseRule Rule { get; }

    public double Share { get; }

    /// <summary>Pairs that can be remembered, or the window's length.</summary>
    public int Entries { get; }

    public Tensor State { get; }

    /// <summary>The threshold that the last call used, or, under <see cref="NoiseRule.Quantile"/>, the next will use. [1, 1]</summary>
    public Tensor Threshold => State.Flat(0, 1);

    /// <summary>Forgets everything.</summary>
    public void Reset(ComputeBackend backend)
    {
        if (_empty is null)
        {
            _empty = new double[Header + 2 * Entries];
            _empty.AsSpan(Header).Fill(double.NaN);
            _empty[0] = Rule == NoiseRule.Rolling ? 0 : double.NaN;
        }
        backend.Upload<double>(State, _empty);
    }

    /// <summary>Everything that a resumed stage needs; waits.</summary>
    public double[] Save(ComputeBackend backend)
    {
        var saved = new double[Header + 2 * Entries];
        backend.Download<double>(saved, State);
        return saved;
    }

    public void Restore(ComputeBackend backend, ReadOnlySpan<double> saved)
    {
        if (saved.Length != Header + 2 * Entries) throw new SpaException($"saved noise state has {saved.Length} values, this stage needs {Header + 2 * Entries}; it belongs to another set of pairs");
        backend.Upload(State, saved);
    }
}
