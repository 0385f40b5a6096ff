using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// The model's own implicit reward, r = beta (log pi_{t-1}(y|x) - log pi_ref(y|x)) (docs/algorithm.md section 1). The numerator is what the sampler kept
/// (docs/algorithm.md section 4.1), so only the reference is run; without a reference the reward is beta log pi_{t-1}(y|x).
/// </summary>
internal sealed class ImplicitJudge(double beta, Model? reference, int longestRow) : IResponseJudge
{
    private readonly Scorer? _scorer = reference is null ? null : new Scorer(reference, null, 0, longestRow);

    public string Name => "implicit";

    public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel)
    {
        if (_scorer is null)
        {
            for (int i = 0; i < rows.Count; i++) done(i, new RowVerdict([.. rows[i].Responses.Select(r => beta * r.Logp)]));
            return;
        }
        _scorer.Score([.. rows.Select(r => r.Item)], (i, scores) =>
            done(i, new RowVerdict([.. rows[i].Responses.Zip(scores, (sampled, scored) => beta * (sampled.Logp - scored.Logp))])), cancel);
    }

    public void Dispose() => _scorer?.Dispose();
}
