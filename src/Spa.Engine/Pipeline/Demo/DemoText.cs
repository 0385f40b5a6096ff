using System.Text;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>A demo's result as plain text.</summary>
internal static class DemoText
{
    public static string Render(DemoResult result)
    {
        var text = new StringBuilder();
        text.Append($"Gold score of answers to {result.Prompts} held-out prompts, 95 % intervals in brackets:\n\n");
        string[][] rows = [["", "mean gold", "wins against SFT", "judge right", "labels right", "tokens", "answered"], .. result.Scores.Select(Row)];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        foreach (string[] row in rows)
            text.Append("  ").Append(row[0].PadRight(widths[0])).AppendJoin("", row.Skip(1).Select((cell, i) => "  " + cell.PadLeft(widths[i + 1]))).Append('\n');
        foreach (SamplePrompt sample in result.Samples)
        {
            text.Append($"\n{sample.Prompt}\n");
            int name = sample.Answers.Max(a => a.Model.Length), score = sample.Answers.Max(a => a.Score.Length);
            foreach (SampleAnswer answer in sample.Answers) text.Append($"  {answer.Model.PadRight(name)}  {answer.Score.PadRight(score)}  {answer.Text}\n");
        }
        text.Append('\n');
        foreach (string finding in result.Findings) text.Append(finding).Append('\n');
        return text.Append($"\nReport: {result.Report}\n").ToString();
    }

    private static string[] Row(DemoScore s) =>
        [s.Name + (s.IsControl ? " (control)" : ""), Number(s.Gold, 2), Percent(s.Win), Percent(s.Judge), Percent(s.Labels), $"{s.Length.Value:F1}",
            $"{s.Answered.Value:P0}"];

    private static string Number(Interval value, int digits)
    {
        string format = "F" + digits;
        return $"{value.Value.ToString(format)} [{value.Low.ToString(format)}, {value.High.ToString(format)}]";
    }

    private static string Percent(Interval value) => double.IsNaN(value.Value) ? "" : $"{100 * value.Value:F1} % [{100 * value.Low:F0}, {100 * value.High:F0}]";
}
