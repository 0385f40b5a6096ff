using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Evaluation.AlpacaEval;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Evaluations;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Commands;

/// <summary><c>spa eval alpaca</c>: win rate and length-controlled win rate over a baseline.</summary>
internal sealed class EvalAlpacaCommand : CliCommand
{
    private readonly Option<string?> _annotations = Opt.Text("--annotations", "F", "AlpacaEval's annotations.json: only the figures are computed.");
    private readonly Option<string?> _difficulty = Opt.Text("--instruction-difficulty", "CSV", "Difficulty of each instruction, for AlpacaEval's own set; goes with --regularization.");
    private readonly Option<string?> _regularization = Opt.Text("--regularization", "CSV", "alpaca_eval's df_gamed.csv; goes with --instruction-difficulty.");
    private readonly Option<double?> _penalty = Opt.Number("--lc-penalty", "C", "C of the length-controlled fit; default: chosen by cross-validation.", min: 1e-9);
    private readonly Option<string?> _instructions = Opt.Text("--instructions", "F", "Rows {instruction} that --model answers.");
    private readonly Option<string?> _outputs = Opt.Text("--model-outputs", "F", "AlpacaEval's model_outputs.json: answers that were made before.");
    private readonly Option<string?> _referenceOutputs = Opt.Text("--reference-outputs", "F", "The baseline's outputs to the same instructions, rows {instruction, output}.");
    private readonly Option<string?> _model = RowOptions.Model(required: false);
    private readonly Option<string?> _reference = RowOptions.Reference();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<double?> _beta = RowOptions.Beta();
    private readonly Option<string?> _name = Opt.Text("--name", "NAME", "The model's name in the files; default: the last part of its path.");
    private readonly Option<string?> _output = Opt.Text("--output", "DIR", "Folder of model_outputs.json, annotations.json, leaderboard.csv and alpaca.json.");
    private readonly Option<bool> _bothOrders = Opt.Flag("--both-orders", "Show the judge both orders and take the mean; default: one, which the instruction decides as in AlpacaEval.");
    private readonly SamplingOptions _sampling = new();
    private readonly JudgeOptions _judge = new("Who compares the outputs, as for spa judge.");

    public EvalAlpacaCommand() : base("alpaca", "Win rate and length-controlled win rate over a baseline (AlpacaEval 2).")
    {
        Option[] own =
        [
            _annotations, _difficulty, _regularization, _penalty, _instructions, _outputs, _referenceOutputs, _model, _reference, _tokenizer, _beta, _name, _output, _bothOrders,
        ];
        foreach (Option option in own) Options.Add(option);
        foreach (Option option in _judge.All.Concat(_sampling.All)) Options.Add(option);
    }

    public override string Synopsis => "(--annotations F | --reference-outputs F (--model M --instructions F | --model-outputs F) --judge WHO --output DIR) [options]";

    public override string Details =>
        "With --annotations the figures of a file that a judge has filled. Else the model answers the instructions (or --model-outputs has the answers), the judge compares each "
            + "with the baseline's, and the folder gets the files of alpaca_eval's layout, so that its users can go on with their tool. The same command goes on after an "
            + "interruption and does nothing once all is done.\n"
            + "The length-controlled rate is AlpacaEval's: a logistic regression on length difference, difficulty and a bias, asked what it predicts at equal lengths. Without the two "
            + "CSV files, which belong to AlpacaEval's own instructions, there is no difficulty term. Every rate has its 95 % interval: t over rows, bootstrap over refits.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa eval alpaca --annotations annotations.json --instruction-difficulty difficulty.csv --regularization df_gamed.csv --json",
        "spa eval alpaca --model stage-3/model --instructions eval.json --reference-outputs sft.json --judge llm --judge-model models/judge --output eval/alpaca",
    ];

    public override int Run(CommandContext context)
    {
        if (context.IsGiven(_difficulty) != context.IsGiven(_regularization))
            throw new UsageException("--instruction-difficulty and --regularization go together: both belong to AlpacaEval's own instructions");
        LengthControlInputs? inputs = context.Get(_difficulty) is { } difficulty ? LengthControlInputs.Read(difficulty, context.Get(_regularization)!) : null;
        if (context.Get(_annotations) is { } annotations)
        {
            if (context.IsGiven(_outputs) || context.IsGiven(_referenceOutputs) || context.IsGiven(_instructions))
                throw new UsageException("--annotations has the judge's preferences already; leave out the outputs, or the annotations");
            Tell(context, AlpacaResult.Of(AlpacaAnnotation.Read(annotations), inputs, context.Get(_penalty), (ulong)context.Seed));
            return ExitCodes.Done;
        }

        Judge(context, inputs);
        return ExitCodes.Done;
    }

    private void Judge(CommandContext context, LengthControlInputs? inputs)
    {
        string folder = context.Get(_output) ?? throw new UsageException("--output DIR is required to judge; with --annotations F only the figures are computed");
        string baselinePath = context.Get(_referenceOutputs) ?? throw new UsageException("--reference-outputs F is required: the baseline's answers that the model's are compared with");
        string? modelPath = context.Get(_model);
        if (context.IsGiven(_outputs) == context.IsGiven(_instructions)) throw new UsageException("give --instructions F for --model to answer, or --model-outputs F, one of the two");
        if (context.IsGiven(_instructions) && modelPath is null) throw new UsageException("--model M is required to answer --instructions");
        JudgeSettings settings = _judge.Settings(context, modelPath, Path.Combine(folder, "alpaca"), orders: context.Get(_bothOrders) ? ShownOrders.Both : ShownOrders.ByInstruction);
        bool isImplicit = settings.Kind == JudgeKind.Implicit;
        if (isImplicit && (modelPath is null || context.Get(_reference) is null))
            throw new UsageException("the implicit judge needs --model M and --reference R; or name another with --judge");
        IReadOnlyList<AlpacaOutput> baseline = AlpacaOutput.Read(baselinePath, withOutput: true);
        using ModelBundle? bundle = modelPath is null ? null : context.OpenModel(modelPath, context.Get(_tokenizer));
        using ComputeBackend backend = context.CreateBackend();
        AlpacaEvaluation evaluation = new(folder, new RunContext(backend, context.MatrixType, context.Log, context.Cancel), RunEnvironment.Of(backend, context.Threads));
        string? name = context.Get(_name) ?? (modelPath is null ? null : JudgeFactory.NameOf(modelPath));
        IReadOnlyList<AlpacaOutput> outputs = context.Get(_outputs) is { } given ? AlpacaOutput.Read(given, withOutput: true)
            : evaluation.Outputs(bundle!, name!, context.Get(_instructions)!, _sampling.Apply(SamplingDefaults.Of(bundle!), context) with { Samples = 1 });
        double beta = context.Get(_beta) ?? 0.1;
        JsonObject identity = settings.Identity();
        if (isImplicit) (identity["model"], identity["reference"], identity["beta"]) = (RowIdentity.OfModel(modelPath), RowIdentity.OfModel(context.Get(_reference)), beta);
        using Model? policy = isImplicit ? bundle!.Load(backend, context.MatrixType) : null;
        using ModelBundle? referenceBundle = isImplicit ? context.OpenModel(context.Get(_reference)!, context.Get(_tokenizer)) : null;
        using Model? reference = referenceBundle?.Load(backend, context.MatrixType);
        IReadOnlyList<AlpacaAnnotation> annotations = evaluation.Annotate(outputs, baseline, identity, isImplicit ? bundle : null,
            largest => JudgeOptions.Create(settings, context, backend, policy, reference, beta, largest, compareEmpty: true));
        AlpacaResult result = AlpacaResult.Of(annotations, inputs, context.Get(_penalty), (ulong)context.Seed);
        JsonObject document = evaluation.Score(result, name ?? outputs[0].Generator, (ulong)context.Seed);
        if (document["usage"] is JsonObject usage) context.Log.Notice(UsageText.Of(usage));
        if (context.Json) context.WriteLine(document.ToJsonString());
        else foreach (string line in result.Lines()) context.WriteLine(line);
    }

    private static void Tell(CommandContext context, AlpacaResult result)
    {
        if (context.Json) context.WriteLine(result.ToJson().ToJsonString());
        else foreach (string line in result.Lines()) context.WriteLine(line);
    }
}
