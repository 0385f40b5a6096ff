namespace Spa.Engine.Pipeline.Judges;

/// <summary>An oracle for controlled studies: labels in a file.</summary>
public sealed class GoldJudge(GoldLabels labels) : IResponseJudge
{
    public string Name => "gold";

    public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel)
    {
        for (int i = 0; i < rows.Count; i++) done(i, new RowVerdict(labels.Of(rows[i])));
    }

    public void Dispose() { }
}
