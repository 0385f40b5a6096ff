using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.RowFiles;
using Spa.Engine.Preference;

namespace Spa.Cli.Commands;

/// <summary><c>spa judge</c>: sampled responses to preference pairs.</summary>
internal sealed class JudgeCommand : CliCommand
{
    private readonly Option<string?> _model = RowOptions.Model();
    private readonly Option<string?> _reference = RowOptions.Reference();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _judge = Opt.Choice("--judge", "Who judges; this build has implicit (default): beta (log pi - log pi_ref).", "implicit", "llm",
        "reward-model", "endpoint", "gold");
    private readonly Option<string?> _input = RowOptions.Input();
    private readonly Option<string?> _output = RowOptions.Output();
    private readonly Option<double?> _beta = RowOptions.Beta();

    public JudgeCommand() : base("judge", "Turns rows with several responses into preference rows.")
    {
        foreach (Option option in new Option[] { _model, _reference, _tokenizer, _judge, _input, _output, _beta }) Options.Add(option);
    }

    public override string Synopsis => "--model M --reference R --input F [--output F] [options]";

    public override string Details =>
        "Reads rows with a prompt and responses, as spa generate writes them. The best against the worst response of a row becomes {prompt, chosen, rejected, margin, "
            + "probability, judge, rewards}, with the tokens as they were drawn (prompt_ids, chosen_ids, rejected_ids). Rows whose responses are all the same, empty, or "
            + "tied give no pair; their number is told on stderr. Without --reference the reward is beta times the log-likelihood.";

    public override IReadOnlyList<string> Examples => ["spa judge --model stage-1/model --reference models/sft --input samples.jsonl --output pairs.jsonl"];

    public override int Run(CommandContext context)
    {
        if (context.Get(_judge) is { } judge and not "implicit") throw new SpaException($"--judge {judge} is not part of this build yet; use --judge implicit");
        string input = context.Require(_input);
        double beta = context.Get(_beta) ?? 0.1;
        using ModelBundle bundle = ModelBundle.Open(context.Require(_model), context.Get(_tokenizer), context.BaseModel);
        using ModelBundle? reference = context.Get(_reference) is { } path ? ModelBundle.Open(path, context.Get(_tokenizer), context.BaseModel) : null;
        JudgeFile file = new(input, bundle);
        using RowSink sink = RowSink.Open(context.Get(_output), context.Console.Out, Identity(context, beta, input));
        if (reference is null) context.Log.Notice("no --reference: responses are judged by their log-likelihood, which favours short ones");
        using ComputeBackend backend = context.CreateBackend();
        using Model policyModel = bundle.Load(backend, context.MatrixType);
        using Model? referenceModel = reference?.Load(backend, context.MatrixType);
        IReadOnlyDictionary<JudgeOutcome, long> outcomes = JudgeRows.Run(file, policyModel, referenceModel, beta, sink, context.Log, context.Cancel);
        context.Log.Notice($"{outcomes.GetValueOrDefault(JudgeOutcome.Pair)} "
            + $"pairs{string.Concat(outcomes.Where(o => o.Key != JudgeOutcome.Pair).Select(o => $", {o.Value} rows without one ({o.Key.ToString().ToLowerInvariant()})"))}");
        return ExitCodes.Done;
    }

    private JsonObject? Identity(CommandContext context, double beta, string input) => context.Get(_output) is null ? null : new JsonObject
    {
        ["command"] = "judge",
        ["model"] = RowIdentity.OfModel(context.Get(_model), context.BaseModel),
        ["reference"] = RowIdentity.OfModel(context.Get(_reference), context.BaseModel),
        ["tokenizer"] = RowIdentity.OfModel(context.Get(_tokenizer)),
        ["input"] = RowIdentity.OfRows(input),
        ["beta"] = beta,
        ["dtype"] = context.MatrixType.ToString(),
    };
}
