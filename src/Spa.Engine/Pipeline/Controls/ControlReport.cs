using System.Globalization;
using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Formats;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Controls;

/// <summary>What a loop's control says about the loop, on the held-out pairs that both were evaluated with.</summary>
internal sealed class ControlReport
{
    private readonly LoopControl _control;
    private readonly int _updates;

    private ControlReport(LoopControl control, RunFolder folder)
    {
        (_control, Folder) = (control, folder);
        Stages = [.. Enumerable.Range(0, int.MaxValue).TakeWhile(stage => stage == 0 || Directory.Exists(folder.Stage(stage))).Where(stage => File.Exists(folder.Evaluation(stage)))];
        _updates = new RunState(folder.State, environment: null).Find($"{RunFolder.StageName(0)}/train")?.Summary["updates"]!.GetValue<int>() ?? 0;
    }

    public RunFolder Folder { get; }

    /// <summary>Its evaluated stages.</summary>
    public IReadOnlyList<int> Stages { get; }

    /// <summary>Those of a run, in their order; one that is not evaluated yet is left out.</summary>
    public static IReadOnlyList<ControlReport> Read(RunFolder loop) =>
    [
        .. LoopControl.All.Where(control => File.Exists(Path.Combine(loop.Path, control.FolderName, Path.GetFileName(loop.State))))
            .Select(control => new ControlReport(control, new RunFolder(Path.Combine(loop.Path, control.FolderName)))).Where(report => report.Stages.Count > 0),
    ];

    /// <summary>What people call its model behind a stage.</summary>
    public string Title(int stage) => _control.Title(stage, _updates);

    /// <summary>
    /// A sentence that says whether the loop's last model is better than the control's, and whether the reader should be warned: the control does as well.
    /// Null where nothing was held out. The difference is paired by held-out pair, with a 95 % t interval.
    /// </summary>
    public (string Sentence, bool IsWarning)? Compare(RunFolder loop, int lastStage)
    {
        double[] own = Right(loop, lastStage), control = Right(Folder, Stages[^1]);
        if (own.Length == 0 || own.Length != control.Length) return null;
        return Compare(SpaRun.StageTitle(lastStage), own, control);
    }

    private (string Sentence, bool IsWarning) Compare(string loop, double[] own, double[] control)
    {
        var difference = Interval.Mean([.. own.Zip(control, (a, b) => a - b)]);
        bool better = difference.Low > 0, worse = difference.High < 0;
        string other = Title(Stages[^1]), figures = string.Create(CultureInfo.InvariantCulture,
            $"agreement with held-out labels {own.Average():P1} against {control.Average():P1}, difference {NumberText.Signed(100 * difference.Value, "0.0")} points")
            + (double.IsFinite(difference.Low) ? $" [{NumberText.Signed(100 * difference.Low, "0.0")}, {NumberText.Signed(100 * difference.High, "0.0")}]" : "");
        return _control.Kind switch
        {
            ControlKind.GoldJudge => ($"{loop} against {other}, which the oracle judged: {figures}. "
                + (worse ? "A better judge would gain that much." : "Even a perfect judge gains nothing that these held-out pairs show."), false),
            _ when better => ($"{loop} does better than {other}: {figures}.", false),
            ControlKind.SeedOnly => ($"More epochs on your seed would do {(worse ? "better" : "as well")}: {loop} against {other} has {figures}.", true),
            _ => ($"What the loop gains is not due to its judge: preferences by chance do {(worse ? "better" : "as well")}. {loop} against {other} has {figures}.", true),
        };
    }

    // 1 for a held-out pair whose reward orders it as its label does, 0.5 for a tie.
    private static double[] Right(RunFolder folder, int stage)
    {
        if (!File.Exists(folder.EvaluationRows(stage)) || !File.Exists(folder.Evaluation(stage))) return [];
        int pairs = JsonFiles.ReadObject(folder.Evaluation(stage))["accuracy"]!.AsArray()
            .FirstOrDefault(a => a!["bucket"]!.GetValue<string>() == PreferenceAccuracy.All)?["pairs"]!.GetValue<int>() ?? 0;
        return [.. RowReader.Read(folder.EvaluationRows(stage)).Take(pairs).Select(row => PairScore.FromJson(row.Json).Evaluated(1).Margin)
            .Select(margin => margin > 0 ? 1 : margin == 0 ? 0.5 : 0)];
    }
}
