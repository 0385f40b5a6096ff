using System.CommandLine;
using System.Text.Json.Nodes;
using Spa.Cli.Options;
using Spa.Engine.Compute;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Commands;

/// <summary><c>spa score</c>: log-probs, implicit rewards and margins of given responses.</summary>
internal sealed class ScoreCommand : CliCommand
{
    private readonly Option<string?> _model = RowOptions.Model();
    private readonly Option<string?> _reference = RowOptions.Reference();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _input = RowOptions.Input();
    private readonly Option<string?> _output = RowOptions.Output();
    private readonly Option<double?> _beta = RowOptions.Beta();
    private readonly Option<double?> _lambda = Opt.Number("--lambda", "L", "Extrapolation away from the reference, (1 + L) policy - L reference in logits; default 0.");
    private readonly Option<bool> _tokenLogps = Opt.Flag("--token-logps", "Also the log-prob of every token.");
    private readonly Option<int?> _maxLength = RowOptions.MaxLength();

    public ScoreCommand() : base("score", "Computes log-probs, implicit rewards, margins and extrapolated log-probs of given responses.")
    {
        foreach (Option option in new Option[] { _model, _reference, _tokenizer, _input, _output, _beta, _lambda, _tokenLogps, _maxLength }) Options.Add(option);
    }

    public override string Synopsis => "--model M [--reference R] --input F [--output F] [options]";

    public override string Details =>
        "Response rows {prompt, response} (also completion, messages, text, or prompt_ids and response_ids) get logp, tokens (their number) and, with a reference, "
            + "ref_logp, ext_logp and reward = beta (logp - ref_logp). Preference rows {prompt, chosen, rejected} get chosen: {...}, rejected: {...}, margin and "
            + "ext_margin, both times beta. Log-probs are natural logarithms, summed over response tokens.\n" +
        "A result row is the input row with the result's fields added; where both have a field, the result's wins. Of a whole conversation the last assistant turn is "
            + "scored, of a whole text everything but its first token. An interrupted file is continued by the same command.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa score --model stage-1/model --reference models/sft --lambda 0.5 --beta 0.1 --input pairs.jsonl --output scored.jsonl",
        "spa score --model models/SmolLM2 --token-logps --input answers.jsonl",
    ];

    public override int Run(CommandContext context)
    {
        string model = context.Require(_model), input = context.Require(_input);
        ScoreOptions options = new(context.Get(_beta) ?? 0.1, context.Get(_lambda) ?? 0, context.Get(_tokenLogps));
        using ModelBundle bundle = context.OpenModel(model, context.Get(_tokenizer));
        using ModelBundle? reference = context.Get(_reference) is { } path ? context.OpenModel(path, context.Get(_tokenizer)) : null;
        ScoreFile file = new(input, bundle, new Truncation(context.Get(_maxLength)));
        using RowSink sink = RowSink.Open(context.Get(_output), context.Console.Out, Identity(context, options, input));
        foreach (string line in file.Report.Lines()) context.Log.Detail($"{input}: {line}");
        using ComputeBackend backend = context.CreateBackend();
        using Model policyModel = bundle.Load(backend, context.MatrixType);
        using Model? referenceModel = reference?.Load(backend, context.MatrixType);
        ScoreRows.Run(file, policyModel, referenceModel, options, sink, context.Log, context.Cancel);
        return ExitCodes.Done;
    }

    private JsonObject? Identity(CommandContext context, ScoreOptions options, string input) => context.Get(_output) is null ? null : new JsonObject
    {
        ["command"] = "score",
        ["model"] = RowIdentity.OfModel(context.Get(_model), context.BaseModel),
        ["reference"] = RowIdentity.OfModel(context.Get(_reference), context.BaseModel),
        ["tokenizer"] = RowIdentity.OfModel(context.Get(_tokenizer)),
        ["input"] = RowIdentity.OfRows(input),
        ["options"] = options.ToString(),
        ["max_length"] = context.Get(_maxLength),
        ["dtype"] = context.MatrixType.ToString(),
    };
}
