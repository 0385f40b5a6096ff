using System.Text.Json.Nodes;
using Spa.Engine.Formats;
using Spa.Engine.Pipeline.Controls;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>One demo, from data to report.</summary>
internal sealed class DemoRun : IDisposable
{
    // The first of the held-out prompts, whose order is random: nobody chose them for their answers.
    private const int ShownPrompts = 6;

    private readonly DemoOptions _options;
    private readonly RunContext _context;
    private readonly RunFolder _folder, _random, _longer;
    private readonly ModelBundle _sft;
    private readonly DemoData _data;

    public DemoRun(DemoOptions options, RunContext context)
    {
        (_options, _context) = (options, context);
        _folder = new RunFolder(options.OutputFolder);
        _random = Control(ControlKind.RandomJudge);
        _longer = Control(ControlKind.SeedOnly);
        _data = new DemoData(_folder.Path, options);
        _sft = ModelBundle.Open(DemoModel.Folder);
    }

    public DemoResult Execute()
    {
        _data.Write(State(), _sft, _context);
        using (var run = new SpaRun(DemoConfiguration.Loop(_options, _data, _sft.Path, _folder.Path), _context, Environment())) run.Execute();
        DemoResult result = Measure();
        JsonFiles.WriteObject(_folder.Gold, result.ToJson());
        RunReportBuilder.Write(_folder);
        return result;
    }

    public void Dispose() => _sft.Dispose();

    private RunFolder Control(ControlKind kind) => new(Path.Combine(_folder.Path, new LoopControl(kind).FolderName));

    private RunState State() => new(_folder.State, Environment());

    private JsonObject Environment() => (JsonObject)_options.Environment.DeepClone();

    private DemoResult Measure()
    {
        RunState state = State();
        var evaluation = new DemoEvaluation(_folder, _data, _sft, _context);
        var scores = new List<DemoScore> { evaluation.Score(state, SpaRun.StageTitle(-1), "sft", _sft.Path, null) };
        int last = _options.Prompts.Count;
        for (int stage = 0; stage <= last; stage++)
            scores.Add(evaluation.Score(state, SpaRun.StageTitle(stage), RunFolder.StageName(stage), _folder.Model(stage), stage == 0 ? null : _folder.Pairs(stage)));
        DemoScore seed = scores[1], spa = scores[^1];
        var findings = new List<string> { Compare(spa, seed) };
        if (_options.Controls)
        {
            for (int stage = 1; stage <= last; stage++)
                scores.Add(evaluation.Score(state, new LoopControl(ControlKind.RandomJudge).Title(stage, 0), $"random-judge-{stage}", _random.Model(stage), _random.Pairs(stage)) with { IsControl = true });
            findings.Add(Compare(spa, scores[^1]));
            int updates = new RunState(_longer.State, environment: null).Find($"{RunFolder.StageName(0)}/train")!.Summary["updates"]!.GetValue<int>();
            scores.Add(evaluation.Score(state, new LoopControl(ControlKind.SeedOnly).Title(0, updates), "seed-only", _longer.Model(0), null) with { IsControl = true });
            findings.Add(Compare(spa, scores[^1]));
        }
        else findings.Add("Whether that is due to the judge, and whether longer training on the seed pairs does as well, only the controls can say: run it without "
            + "--no-controls.");
        findings.Add("This is one run; docs/demo.md has several seeds, with what they show and what they do not.");
        return new DemoResult
        {
            Folder = _folder.Path,
            Report = _folder.Report,
            Seed = _options.Seed,
            Prompts = _data.HeldOut.Length,
            Scores = scores,
            Samples = Samples(evaluation, [scores[0].Name, seed.Name, spa.Name]),
            Findings = findings,
        };
    }

    private List<SamplePrompt> Samples(DemoEvaluation evaluation, string[] names) =>
        [.. _data.HeldOut.Take(ShownPrompts).Select((prompt, i) => new SamplePrompt(prompt.Text, [.. evaluation.Answers.Where(a => names.Contains(a.Name))
            .Select(a => new SampleAnswer(a.Name, a.Answers[i].Text, $"gold {a.Answers[i].Gold.Score}", a.Answers[i].Cut))]))];

    private static string Compare(DemoScore a, DemoScore b)
    {
        Evaluation.Statistics.Interval difference = DemoScore.Difference(a, b);
        return $"{a.Name} against {b.Name}: mean gold {NumberText.Signed(difference.Value, "0.00")} [{NumberText.Signed(difference.Low, "0.00")}, {NumberText.Signed(difference.High, "0.00")}], paired by prompt.";
    }
}
