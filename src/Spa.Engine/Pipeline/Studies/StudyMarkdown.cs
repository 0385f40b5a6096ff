using System.Globalization;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>A study's results as Markdown: verdicts on the claims, then each experiment with its table, its paired differences and a plot.</summary>
public sealed class StudyMarkdown(StudyResults results, string imageFolder)
{
    private Study Study => results.Study;

    /// <summary>Headings from the second level on.</summary>
    public string Render() => string.Join('\n', [.. Work(), .. Claims(), .. Study.Experiments.SelectMany(Experiment)]);

    private IEnumerable<string> Work() =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{Study.Experiments.Sum(e => e.Runs.Count() * e.Seeds.Count)} runs with {results.Seconds:N0} s of work in all, each on a part of one machine."), "",
    ];

    private IEnumerable<string> Claims()
    {
        if (Study.Claims.Count == 0) yield break;
        yield return "## What was found";
        yield return "";
        yield return "| claim | where it comes from | measured here | verdict |";
        yield return "|---|---|---|---|";
        foreach (StudyClaim claim in Study.Claims)
            yield return $"| {claim.Text} | {claim.Source} | {claim.Untested ?? Measured(claim)} | **{VerdictRule.Text(results.Judge(claim))}** |";
        yield return "";
    }

    private string Measured(StudyClaim claim)
    {
        StudyExperiment experiment = Study.Experiments.First(e => e.Name == claim.Experiment);
        return string.Join("; ", claim.Differences.Select(d =>
            $"{Title(experiment, d)}: {Difference(results.Differences(experiment, d, claim.Metric), claim.Metric)}")) + $" ({claim.Metric.Title}, {experiment.Seeds.Count} seeds)";
    }

    private IEnumerable<string> Experiment(StudyExperiment experiment)
    {
        StudyMetric[] metrics = [.. results.Metrics(experiment)];
        yield return $"## {experiment.Title}";
        yield return "";
        if (experiment.Note.Length > 0) yield return experiment.Note.Trim();
        yield return $"Seeds {experiment.Seeds[0]} to {experiment.Seeds[^1]}; mean ± standard deviation over seeds.";
        yield return "";
        yield return $"| model | {string.Join(" | ", metrics.Select(m => m.Title))} |";
        yield return "|---|" + string.Concat(Enumerable.Repeat("---|", metrics.Length));
        foreach (StudyRow row in StudyRow.Of(results, experiment))
            yield return $"| {row.Title}{(row.IsControl ? " (control)" : "")} | {string.Join(" | ", metrics.Select(m => MeanAndDeviation(results.Values(experiment, row.Point, m), m)))} |";
        yield return "";
        if (experiment.Differences.Count > 0) foreach (string line in Differences(experiment, [.. metrics.Take(2)])) yield return line;
        foreach (string name in StudyCharts.Of(results, experiment).Select(chart => chart.Name)) yield return $"![{experiment.Title}]({imageFolder}/{name})\n";
    }

    private IEnumerable<string> Differences(StudyExperiment experiment, StudyMetric[] metrics)
    {
        yield return $"| paired difference | {string.Join(" | ", metrics.Select(m => $"{m.Title} | seeds higher"))} |";
        yield return "|---|" + string.Concat(Enumerable.Repeat("---|---|", metrics.Length));
        foreach (StudyDifference difference in experiment.Differences)
        {
            yield return $"| {Title(experiment, difference)} | {string.Join(" | ", metrics.Select(m =>
            {
                double[] values = results.Differences(experiment, difference, m);
                return $"{Difference(values, m)} | {values.Count(v => v > 0)} of {values.Length}";
            }))} |";
        }
        yield return "";
    }

    private static string Title(StudyExperiment experiment, StudyDifference difference) =>
        $"{StudyRow.TitleOf(experiment, difference.A)} - {StudyRow.TitleOf(experiment, difference.B)}";

    private static string Difference(double[] values, StudyMetric metric)
    {
        Interval mean = Interval.Mean(values);
        string text = NumberText.Signed(mean.Value, metric.Format);
        return values.Length < 2 ? text : $"{text} ± {((mean.High - mean.Low) / 2).ToString(metric.Format, CultureInfo.InvariantCulture)}";
    }

    private static string MeanAndDeviation(double[] values, StudyMetric metric)
    {
        if (!values.All(double.IsFinite)) return "";
        (double mean, double error) = Interval.MeanAndError(values);
        string text = mean.ToString(metric.Format, CultureInfo.InvariantCulture);
        return values.Length < 2 ? text : $"{text} ± {(error * Math.Sqrt(values.Length)).ToString(metric.Format, CultureInfo.InvariantCulture)}";
    }
}
