using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Pipeline.RowFiles;
using Spa.Engine.Preference;

namespace Spa.Cli.Commands;

/// <summary><c>spa judge</c>: sampled responses to preference pairs.</summary>
internal sealed class JudgeCommand : CliCommand
{
    private readonly Option<string?> _model = RowOptions.Model(required: false);
    private readonly Option<string?> _reference = RowOptions.Reference();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _input = RowOptions.Input();
    private readonly Option<string?> _output = RowOptions.Output();
    private readonly Option<double?> _beta = RowOptions.Beta();
    private readonly Option<string?> _pairs = Opt.Choice("--pairs",
        "Which pairs of a row: the best against the worst (default), every two that differ, or the best against one of the others by chance.", [.. PairSelections.Names]);
    private readonly JudgeOptions _judge = new("Who judges: the reward of --model against --reference (default), a model as judge, a service, labels or a program, or chance.");

    public JudgeCommand() : base("judge", "Turns rows with several responses into preference rows.")
    {
        foreach (Option option in new Option[] { _input, _output, _model, _reference, _tokenizer, _beta, _pairs }) Options.Add(option);
        foreach (Option option in _judge.All) Options.Add(option);
    }

    public override string Synopsis => "[--judge WHO] --input F [--output F] [--model M --reference R] [options]";

    public override string Details =>
        "Reads rows with a prompt and responses, as spa generate writes them. The best against the worst response of a row becomes {prompt, chosen, rejected, margin, "
            + "probability, judge, rewards}, with the tokens as they were drawn (prompt_ids, chosen_ids, rejected_ids). Rows whose responses are all the same, empty, or "
            + "tied give no pair; their number is told on stderr.\n"
            + "implicit: beta (log pi - log pi_ref) of --model and --reference; without --reference beta times the log-likelihood. llm and endpoint: every two responses are "
            + "shown in both orders and the probability of the verdict is taken; how often the first shown wins is told on stderr. reward-model: the reward of --judge-model. gold: --labels F, or --program. random: a "
            + "control. The page docs/judges.md has the details of each.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa judge --model stage-1/model --reference models/sft --input samples.jsonl --output pairs.jsonl",
        "spa judge --judge llm --judge-model models/SmolLM2 --input samples.jsonl --output pairs.jsonl",
        "spa judge --judge endpoint --url http://localhost:8000/v1 --judge-model qwen --input samples.jsonl --output pairs.jsonl",
    ];

    public override int Run(CommandContext context)
    {
        string input = context.Require(_input);
        string? output = context.Get(_output);
        double beta = context.Get(_beta) ?? 0.1;
        PairSelection pairs = PairSelections.Parse(context.Get(_pairs) ?? PairSelections.Names[0]);
        JudgeSettings settings = _judge.Settings(context, context.Get(_model), output, pairs);
        bool isImplicit = settings.Kind == JudgeKind.Implicit;
        if (isImplicit && context.Get(_model) is null) throw new UsageException("--model M is required to judge by its reward; see 'spa judge --help'");
        // Other judges read text; a model or a tokenizer is needed where rows hold token ids alone.
        using ModelBundle? bundle = context.Get(_model) is { } model ? context.OpenModel(model, context.Get(_tokenizer)) : null;
        using ModelBundle? reference = isImplicit && context.Get(_reference) is { } path ? context.OpenModel(path, context.Get(_tokenizer)) : null;
        JudgeFile file = new(input, bundle);
        using RowSink sink = RowSink.Open(output, context.Console.Out, Identity(context, beta, input, settings));
        if (isImplicit && reference is null) context.Log.Notice("no --reference: responses are judged by their log-likelihood, which favours short ones");
        using ComputeBackend backend = context.CreateBackend();
        using Model? policyModel = isImplicit ? bundle!.Load(backend, context.MatrixType) : null;
        using Model? referenceModel = reference?.Load(backend, context.MatrixType);
        using IResponseJudge judge = JudgeOptions.Create(settings, context, backend, policyModel, referenceModel, beta, file.LargestRow);
        (IReadOnlyDictionary<JudgeOutcome, long> outcomes, JudgeStatistics statistics, long first) =
            JudgeRows.Run(file, judge, pairs, settings.Seed, sink, context.Log, context.Cancel);
        if (statistics.Line() is { } comparisons) context.Log.Notice(comparisons);
        if (judge is PairwiseJudge { Usage: { } usage }) context.Log.Notice(UsageText.Of(usage));
        context.Log.Notice($"{(first > 0 ? $"behind row {first}: " : "")}{outcomes.GetValueOrDefault(JudgeOutcome.Pair)} "
            + $"pairs{string.Concat(outcomes.Where(o => o.Key != JudgeOutcome.Pair).Select(o => $", {o.Value} {Unit(pairs)} without one ({o.Key.ToString().ToLowerInvariant()})"))}");
        return ExitCodes.Done;
    }

    private static string Unit(PairSelection pairs) => pairs == PairSelection.All ? "twos" : "rows";

    private JsonObject? Identity(CommandContext context, double beta, string input, JudgeSettings settings) => context.Get(_output) is null ? null : new JsonObject
    {
        ["command"] = "judge",
        ["model"] = RowIdentity.OfModel(context.Get(_model), context.BaseModel),
        ["reference"] = RowIdentity.OfModel(context.Get(_reference), context.BaseModel),
        ["tokenizer"] = RowIdentity.OfModel(context.Get(_tokenizer)),
        ["input"] = RowIdentity.OfRows(input),
        ["judge"] = settings.Identity(),
        ["beta"] = beta,
        ["dtype"] = context.MatrixType.ToString(),
    };
}
