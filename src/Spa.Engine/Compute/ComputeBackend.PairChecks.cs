using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute;

// Arguments of the ops on preference pairs, and of draws.
public abstract partial class ComputeBackend
{
    /// <summary>Pairs of a float64 matrix with a row each.</summary>
    private protected static int RequirePairs(Tensor matrix, int columns, [CallerArgumentExpression(nameof(matrix))] string name = "", [CallerMemberName] string op = "")
    {
        if (matrix.Rows < 1) ThrowShape(matrix, op, $"{name} of at least one pair");
        RequireVector(matrix, DType.Float64, matrix.Rows * columns, name, op);
        return checked((int)matrix.Rows);
    }

    private protected static void RequireSegments(Tensor segments, int pairs, [CallerMemberName] string op = "") => RequireVector(segments, DType.Int32, 4L * pairs, nameof(segments), op);

    private protected static int RequirePairRows(Tensor scores, in PairRows rows, [CallerMemberName] string op = "")
    {
        int pairs = RequirePairs(scores, PairColumns.Scores, nameof(scores), op);
        RequireSegments(rows.Segments, pairs, op);
        RequireVector(rows.Policy, DType.Float32, rows.Policy.Count, nameof(rows.Policy), op);
        if (!rows.Reference.IsAbsent) RequireVector(rows.Reference, DType.Float32, rows.Policy.Count, nameof(rows.Reference), op);
        if (!rows.Extrapolated.IsAbsent) RequireVector(rows.Extrapolated, DType.Float32, rows.Policy.Count, nameof(rows.Extrapolated), op);
        if (!rows.KnownReference.IsAbsent) RequireVector(rows.KnownReference, DType.Float64, 2L * pairs, nameof(rows.KnownReference), op);
        else if (rows.Reference.IsAbsent) throw new ArgumentException($"{op}: expected the reference's token log-probs or their known sums, found neither");
        return pairs;
    }

    private static void CheckSampling(ReadOnlySpan<SamplingRow> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly SamplingRow row = ref rows[i];
            if (!(row.Temperature >= 0) || float.IsInfinity(row.Temperature) || row.TopK < 0 || !(row.TopP >= 0))
                throw new ArgumentException($"Sample: row {i} has temperature {row.Temperature}, top-k {row.TopK}, top-p {row.TopP}; expected numbers that are finite and not negative");
        }
    }
}
