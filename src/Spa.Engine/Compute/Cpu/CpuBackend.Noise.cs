namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Sorted copies of margins; grows with the largest stage seen and stays.
    private double[] _sortedMargins = [];

    public override void NoiseFlag(Tensor margins, Tensor flags, NoiseState state, Tensor scores, Tensor indices, double beta)
    {
        int pairs = RequirePairs(scores, PairColumns.Scores);
        RequireVector(margins, DType.Float64, pairs);
        RequireVector(flags, DType.Int32, pairs);
        RequireVector(indices, DType.Int32, pairs);
        double* margin = margins.Doubles(), memory = state.State.Doubles();
        for (int i = 0; i < pairs; i++)
        {
            double* s = scores.Doubles() + i * PairColumns.Scores;
            margin[i] = beta * (s[4] - s[5] - (s[2] - s[3]));
        }
        memory[0] = state.Rule switch
        {
            NoiseRule.Rolling => RollingThreshold(state),
            NoiseRule.Batch => pairs * state.Share >= 1 ? QuantileOf(new ReadOnlySpan<double>(margin, pairs), state.Share) : double.NaN,
            _ => memory[0],
        };
        for (int i = 0; i < pairs; i++) flags.Ints()[i] = (state.Rule == NoiseRule.Rolling ? !(margin[i] > memory[0]) : margin[i] < memory[0]) ? 1 : 0;
        Remember(state, margin, indices.Ints(), pairs);
    }

    public override void NoiseEndUpdate(NoiseState state)
    {
        if (state.Rule != NoiseRule.Quantile) return;
        double* memory = state.State.Doubles(), latest = memory + NoiseState.Header, pending = latest + state.Entries;
        for (int i = 0; i < state.Entries; i++)
        {
            if (!double.IsNaN(pending[i])) latest[i] = pending[i];
            pending[i] = double.NaN;
        }
        Span<double> sorted = Sorted(state.Entries);
        int visited = 0;
        for (int i = 0; i < state.Entries; i++)
            if (!double.IsNaN(latest[i])) sorted[visited++] = latest[i];
        memory[0] = visited * state.Share >= 1 ? QuantileOf(sorted[..visited], state.Share) : double.NaN;
    }

    private double RollingThreshold(NoiseState state)
    {
        double* memory = state.State.Doubles();
        if (memory[1] < NoiseState.Window) return 0;
        Span<double> sorted = Sorted(NoiseState.Window);
        new ReadOnlySpan<double>(memory + NoiseState.Header, NoiseState.Window).CopyTo(sorted);
        sorted.Sort();
        int position = Math.Min((int)(NoiseState.Window * state.Share), NoiseState.Window - 2);
        return (sorted[position] + sorted[position + 1]) / 2;
    }

    private static void Remember(NoiseState state, double* margin, int* index, int pairs)
    {
        double* memory = state.State.Doubles(), entries = memory + NoiseState.Header;
        if (state.Rule == NoiseRule.Quantile)
        {
            for (int i = 0; i < pairs; i++) entries[state.Entries + index[i]] = margin[i];
        }
        else if (state.Rule == NoiseRule.Rolling)
        {
            double sum = 0;
            for (int i = 0; i < pairs; i++) sum += margin[i];
            entries[(long)memory[1] % NoiseState.Window] = sum / pairs;
            memory[1]++;
        }
    }

    // Linear between order statistics.
    private double QuantileOf(ReadOnlySpan<double> values, double share)
    {
        Span<double> sorted = Sorted(values.Length);
        values.CopyTo(sorted);
        sorted.Sort();
        double position = share * (sorted.Length - 1);
        int lower = (int)Math.Floor(position);
        return lower + 1 < sorted.Length ? sorted[lower] + (position - lower) * (sorted[lower + 1] - sorted[lower]) : sorted[lower];
    }

    private Span<double> Sorted(int count)
    {
        if (_sortedMargins.Length < count) _sortedMargins = new double[count];
        return _sortedMargins.AsSpan(0, count);
    }
}
