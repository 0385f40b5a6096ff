using Spa.Engine.Pipeline.Judges;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>The demo's rule as a gold judge: an answer's <see cref="DemoGold"/> score; NaN where the prompt is none of the demo's.</summary>
internal sealed class DemoGoldJudge : IResponseJudge
{
    /// <summary>Name in <c>spa.judging.rule</c>.</summary>
    public const string RuleName = "demo";

    private readonly Dictionary<string, DemoFact> _facts = DemoTask.Prompts.ToDictionary(p => p.Text, p => p.Fact);

    public string Name => "gold";

    public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            bool known = _facts.TryGetValue(PromptText.Of(rows[i].Prompt), out DemoFact? fact);
            done(i, new RowVerdict([.. rows[i].Responses.Select(r => known ? DemoGold.Of(r.Text, fact!).Score : double.NaN)]));
        }
    }

    public void Dispose() { }
}
