using System.Text.Json.Nodes;
using Spa.Engine.Evaluation.AlpacaEval;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// Rewards from comparisons of two. Of K responses every two that differ are compared, and r_a = mean over the K of logit p(a better than b): the
/// least-squares solution of r_a - r_b = logit p(a better than b), so that two responses give back p exactly. A missing verdict counts as even where others
/// of the row are there.
/// </summary>
/// <param name="comparer">Who compares.</param>
/// <param name="orders">Both orders, or one.</param>
/// <param name="compareEmpty">Whether an empty response is shown as well, as AlpacaEval does; otherwise its reward is NaN.</param>
public sealed class PairwiseJudge(IPairComparer comparer, ShownOrders orders = ShownOrders.Both, bool compareEmpty = false) : IResponseJudge
{
    // Keeps a certain verdict finite; far below what a judge can mean.
    private const double Certain = 1e-9;

    public string Name => comparer.Name;

    /// <summary>Requests, tokens and cost so far; null where nothing is counted.</summary>
    public JsonObject? Usage => comparer.Usage;

    public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel)
    {
        var questions = new List<PairQuestion>();
        List<RowComparison>[] comparisons = [.. rows.Select(row => Ask(row, questions))];
        var answers = new List<PairAnswer>(questions.Count);
        int next = 0;
        Tell();
        if (questions.Count > 0)
        {
            comparer.Compare(questions, (_, answer) =>
            {
                answers.Add(answer);
                Tell();
            }, cancel);
        }

        // Hands on every row whose last question is answered.
        void Tell()
        {
            while (next < rows.Count && comparisons[next].All(c => Math.Max(c.AFirst, c.BFirst) < answers.Count))
            {
                int row = next++;
                done(row, Decide(rows[row], comparisons[row], answers));
            }
        }
    }

    public void Dispose() => comparer.Dispose();

    private List<RowComparison> Ask(SampledRow row, List<PairQuestion> questions)
    {
        var asked = new List<RowComparison>();
        int[] shown = Shown(row);
        for (int i = 0; i < shown.Length; i++)
        {
            for (int j = i + 1; j < shown.Length; j++)
            {
                string a = row.Responses[shown[i]].Text, b = row.Responses[shown[j]].Text;
                bool bFirst = orders == ShownOrders.ByInstruction && ShownOrder.IsSwitched(PromptText.Of(row.Prompt));
                int aIndex = orders == ShownOrders.Both || !bFirst ? Add(a, b) : -1, bIndex = orders == ShownOrders.Both || bFirst ? Add(b, a) : -1;
                asked.Add(new RowComparison(shown[i], shown[j], aIndex, bIndex));
            }
        }

        return asked;

        int Add(string first, string second)
        {
            questions.Add(new PairQuestion(row.Prompt, first, second));
            return questions.Count - 1;
        }
    }

    // The responses that differ, empty ones only if they count.
    private int[] Shown(SampledRow row)
    {
        var shown = new List<int>();
        for (int i = 0; i < row.Responses.Length; i++)
            if ((compareEmpty || !row.Responses[i].IsEmpty) && !shown.Exists(other => row.Responses[other].Text == row.Responses[i].Text)) shown.Add(i);
        return [.. shown];
    }

    private RowVerdict Decide(SampledRow row, List<RowComparison> comparisons, List<PairAnswer> answers)
    {
        int[] shown = Shown(row);
        double[] rewards = new double[row.Responses.Length];
        Array.Fill(rewards, double.NaN);
        foreach (int i in shown) rewards[i] = 0;
        var details = new JsonArray();
        int verdicts = 0;
        foreach (RowComparison comparison in comparisons)
        {
            double p = comparison.Probability(answers);
            details.Add(comparison.ToJson(answers));
            if (double.IsNaN(p)) continue;
            verdicts++;
            p = Math.Clamp(p, Certain, 1 - Certain);
            double logit = Math.Log(p / (1 - p)) / shown.Length;
            rewards[comparison.A] += logit;
            rewards[comparison.B] -= logit;
        }

        if (verdicts == 0 && comparisons.Count > 0) Array.Fill(rewards, double.NaN);
        for (int i = 0; i < rewards.Length; i++)
            if (Array.FindIndex(shown, other => row.Responses[other].Text == row.Responses[i].Text) is var same and >= 0) rewards[i] = rewards[shown[same]];
        return new RowVerdict(rewards, comparisons.Count == 0 ? null : new JsonObject { ["comparisons"] = details });
    }
}
