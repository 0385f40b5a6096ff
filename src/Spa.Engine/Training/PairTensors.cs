using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Preference;

namespace Spa.Engine.Training;

/// <summary>
/// Device memory of the pairs of an update: what micro-batches work with, and margins, flags and metrics that the host reads once. Absent is what the
/// objective has no use for.
/// </summary>
internal sealed class PairTensors
{
    private readonly Tensor _segments, _indices, _known, _scores, _weights;
    private readonly int[] _hostSegments;
    private readonly double[] _hostKnown;

    /// <param name="arena">Where the memory comes from.</param>
    /// <param name="microBatch">Most pairs of a micro-batch.</param>
    /// <param name="perUpdate">Most pairs of an update.</param>
    /// <param name="objective">The loss.</param>
    /// <param name="refinement">Noise-aware training, or null.</param>
    /// <param name="pairs">Pairs of the stage.</param>
    public PairTensors(Arena arena, int microBatch, int perUpdate, PreferenceObjective objective, RefinementSettings? refinement, int pairs)
    {
        _segments = arena.Take("pair_segments", DType.Int32, 2L * microBatch, 2);
        _known = arena.Take("pair_reference", DType.Float64, microBatch, 2);
        _scores = arena.Take("pair_scores", DType.Float64, microBatch, PairColumns.Scores);
        Results = arena.Take("pair_results", DType.Float64, perUpdate, PairColumns.Results);
        Metrics = arena.Take("pair_metrics", DType.Float64, 1, (int)PairMetricSlot.MicroBatches + 1);
        if (objective.Weighted) _weights = arena.Take("pair_weights", DType.Float64, microBatch, 1);
        if (refinement is not null)
        {
            _indices = arena.Take("pair_indices", DType.Int32, microBatch, 1);
            Margins = arena.Take("pair_margins", DType.Float64, perUpdate, 1);
            Flags = arena.Take("pair_flags", DType.Int32, perUpdate, 1);
            Noise = new NoiseState(refinement.Threshold, refinement.NoiseQuantile, pairs, arena);
        }
        (_hostSegments, _hostKnown) = (new int[4 * microBatch], new double[2 * microBatch]);
    }

    /// <summary>[1, 16] float64, see <see cref="PairMetricSlot"/>.</summary>
    public Tensor Metrics { get; }

    /// <summary>[pairs of an update, <see cref="PairColumns.Results"/>] float64, in the order of the micro-batches.</summary>
    public Tensor Results { get; }

    /// <summary>[pairs of an update] float64: beta M, in the order of the micro-batches.</summary>
    public Tensor Margins { get; }

    /// <summary>[pairs of an update] int32.</summary>
    public Tensor Flags { get; }

    /// <summary>What the noise mask remembers; null without refinement.</summary>
    public NoiseState? Noise { get; }

    /// <summary>Tensors of a micro-batch, with its inputs on the device.</summary>
    /// <param name="backend">Device.</param>
    /// <param name="batch">The packed pairs: sequence 2i is the chosen response of pair i, 2i + 1 the rejected.</param>
    /// <param name="examples">All pairs of the stage.</param>
    /// <param name="indices">Those of the micro-batch.</param>
    /// <param name="withKnown">Hand over known sums under the reference.</param>
    /// <param name="before">Pairs of the update that earlier micro-batches had.</param>
    public PairBatch Upload(ComputeBackend backend, PackedBatch batch, IReadOnlyList<PreferenceExample> examples, ReadOnlySpan<int> indices, bool withKnown, int before)
    {
        int pairs = indices.Length;
        for (int i = 0; i < 2 * pairs; i++) (_hostSegments[2 * i], _hostSegments[2 * i + 1]) = (batch.Sequences[i].Start, batch.Sequences[i].Count);
        for (int i = 0; i < pairs; i++)
        {
            PreferenceExample example = examples[indices[i]];
            (_hostKnown[2 * i], _hostKnown[2 * i + 1]) = withKnown ? (example.ReferenceChosen ?? double.NaN, example.ReferenceRejected ?? double.NaN) : (double.NaN, double.NaN);
        }
        Tensor Rows(Tensor tensor, int perPair = 1) => tensor.IsAbsent ? tensor : tensor.RowRange(0, pairs * perPair);
        var cut = new PairBatch
        {
            Segments = Rows(_segments, 2),
            Indices = Rows(_indices),
            KnownReference = Rows(_known),
            Scores = Rows(_scores),
            Results = Results.RowRange(before, pairs),
            Weights = Rows(_weights),
            Margins = Noise is null ? default : Margins.RowRange(before, pairs),
            Flags = Noise is null ? default : Flags.RowRange(before, pairs),
        };
        backend.Upload<int>(cut.Segments, _hostSegments.AsSpan(0, 4 * pairs));
        backend.Upload<double>(cut.KnownReference, _hostKnown.AsSpan(0, 2 * pairs));
        if (Noise is not null) backend.Upload(cut.Indices, indices);
        return cut;
    }
}
