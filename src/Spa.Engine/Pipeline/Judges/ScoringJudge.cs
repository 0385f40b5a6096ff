using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// The implicit reward of responses from any sampler: policy and reference both score them, r = beta (log pi(y|x) - log pi_ref(y|x)); without a reference
/// beta log pi(y|x).
/// </summary>
/// <param name="policy">pi.</param>
/// <param name="reference">pi_ref, or null.</param>
/// <param name="beta">Factor.</param>
/// <param name="longestRow">Most batch rows of a row, see <see cref="SampledRow.BatchRows"/>.</param>
public sealed class ScoringJudge(Model policy, Model? reference, double beta, int longestRow) : IResponseJudge
{
    private readonly Scorer _scorer = new(policy, reference, 0, longestRow);

    public string Name => "implicit";

    public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel) =>
        _scorer.Score([.. rows.Select(row => row.Item)], (i, scores) => done(i, new RowVerdict([.. scores.Select(s => beta * (s.Logp - (s.ReferenceLogp ?? 0)))])), cancel);

    public void Dispose() => _scorer.Dispose();
}
