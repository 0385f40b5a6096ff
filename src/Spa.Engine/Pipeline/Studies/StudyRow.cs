namespace Spa.Engine.Pipeline.Studies;

/// <summary>A row of an experiment's table.</summary>
internal readonly record struct StudyRow(string Title, StudyPoint Point, bool IsControl)
{
    /// <summary>The SFT model and every stage of arms that show all, a seed stage they share once; the last stage of the others.</summary>
    public static IReadOnlyList<StudyRow> Of(StudyResults results, StudyExperiment experiment)
    {
        var rows = new List<StudyRow>();
        StudyMetric[] metrics = [.. results.Metrics(experiment)];
        foreach (StudyArm arm in experiment.Arms)
        {
            if (!arm.AllStages)
            {
                rows.Add(new StudyRow(arm.Title, new StudyPoint(arm.Name, null), arm.IsControl));
                continue;
            }
            int last = results.LastStage(experiment, arm);
            for (int stage = rows.Count == 0 ? -1 : 0; stage <= last; stage++)
            {
                var point = new StudyPoint(arm.Name, stage);
                if (metrics.All(m => results.Values(experiment, point, m).All(double.IsNaN))) continue;
                if (stage == 0 && rows.Any(row => metrics.All(m => results.Values(experiment, point, m).SequenceEqual(results.Values(experiment, row.Point, m))))) continue;
                rows.Add(new StudyRow(TitleOf(experiment, point), point, arm.IsControl));
            }
        }
        return rows;
    }

    /// <summary>A model as people call it.</summary>
    public static string TitleOf(StudyExperiment experiment, StudyPoint point) => point.Stage switch
    {
        null => experiment.Arm(point.Arm).Title,
        -1 => "SFT",
        0 => $"{experiment.Arm(point.Arm).Title}, seed stage",
        var stage => $"{experiment.Arm(point.Arm).Title}, iteration {stage}",
    };
}
