using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Reporting;
using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>Plots of an experiment: its models by the first metric it has, and how arms with all stages shown went.</summary>
internal static class StudyCharts
{
    /// <summary>File names and charts.</summary>
    public static IEnumerable<(string Name, Chart Chart)> Of(StudyResults results, StudyExperiment experiment)
    {
        if (results.Metrics(experiment).FirstOrDefault() is not { } metric) yield break;
        IReadOnlyList<StudyRow> rows = [.. StudyRow.Of(results, experiment).Where(row => results.Values(experiment, row.Point, metric).All(double.IsFinite))];
        yield return ($"study-{experiment.Name}.svg", new BarChart
        {
            Title = experiment.Title,
            Note = $"{metric.Title}, 95% intervals over {experiment.Seeds.Count} seeds",
            Groups = [.. rows.Select(row => row.Title)],
            Series = [new BarSeries("", [.. rows.Select(row => Mean(results.Values(experiment, row.Point, metric)))])],
            Faded = [.. rows.Select(row => row.IsControl)],
            Style = metric.Style,
        });
        StudyArm[] staged = [.. experiment.Runs.Where(arm => arm.AllStages)];
        if (staged.Length < 2) yield break;
        yield return ($"study-{experiment.Name}-iterations.svg", new LineChart
        {
            Title = $"{experiment.Title}, by iteration",
            Note = $"{metric.Title}, mean over seeds",
            XLabel = "iteration (0: seed stage)",
            Style = metric.Style,
            Series = [.. staged.Select(arm => new LineSeries(arm.Title, [.. Enumerable.Range(0, results.LastStage(experiment, arm) + 1)
                .Select(stage => new PlotPoint(stage, results.Values(experiment, new StudyPoint(arm.Name, stage), metric).Average()))]))],
        });
    }

    private static Estimate Mean(double[] values)
    {
        Interval mean = Interval.Mean(values);
        return new Estimate(mean.Value, mean.Low, mean.High);
    }
}
