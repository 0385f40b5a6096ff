using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Evaluations;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Commands;

/// <summary><c>spa eval gold</c>: responses and judges against an oracle.</summary>
internal sealed class EvalGoldCommand : CliCommand
{
    private readonly Option<string?> _input = RowOptions.Input();
    private readonly Option<string?> _model = RowOptions.Model(required: false);
    private readonly Option<string?> _reference = RowOptions.Reference();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<double?> _beta = RowOptions.Beta();
    private readonly Option<string?> _output = RowOptions.Figures();
    private readonly JudgeOptions _judge = new("A judge to compare with the oracle, as for spa judge; without it responses are only scored.");

    public EvalGoldCommand() : base("gold", "Scores of an oracle, and how often a judge or a file of pairs agrees with it.")
    {
        foreach (Option option in new Option[] { _input, _model, _reference, _tokenizer, _beta, _output }.Concat(_judge.All)) Options.Add(option);
    }

    public override string Synopsis => "--input F (--labels F | --program WORD...) [--judge WHO] [options]";

    public override string Details =>
        "The oracle is --labels (rows {index, scores}, {prompt, response, score} or {prompt, chosen, rejected}) or --program. Of rows with responses it gives the mean score of all "
            + "and of the best response, and with --judge how often the judge orders two responses as the oracle does: in all, by how sure the judge is, and its calibration. Of "
            + "preference rows, such as pairs.jsonl, it gives how often the label is right; a row's margin says how sure it was. Every figure has its 95 % interval.";

    public override IReadOnlyList<string> Examples =>
    [
        "spa eval gold --input stage-1/pairs.jsonl --labels gold.jsonl",
        "spa eval gold --input samples.jsonl --program ./oracle --judge implicit --model stage-1/model --reference models/sft --json",
    ];

    public override int Run(CommandContext context)
    {
        string input = context.Require(_input);
        JudgeSettings oracle = _judge.GoldSettings(context);
        bool pairs = GoldEvaluation.IsPreference(input);
        if (pairs && _judge.IsGiven(context)) throw new UsageException("preference rows hold a judgement already; --judge is for rows with responses");
        JudgeSettings? settings = _judge.IsGiven(context) ? _judge.Settings(context, context.Get(_model), context.Get(_output)) : null;
        if (settings?.Kind == JudgeKind.Implicit && context.Get(_model) is null) throw new UsageException("--model M is required to judge by its reward; see 'spa eval gold --help'");
        using ComputeBackend backend = context.CreateBackend();
        JsonObject result = ResultFile.Run(context.Get(_output), Identity(context, input, oracle, settings), () => RunEnvironment.Of(backend, context.Threads), context.Log, () =>
        {
            using IResponseJudge gold = JudgeFactory.Create(oracle, backend, context.MatrixType);
            GoldEvaluation evaluation = new();
            if (pairs) evaluation.AddPairs(input, gold, context.Cancel);
            else AddResponses(context, input, evaluation, gold, settings, backend);
            JsonObject figures = evaluation.ToJson(pairs || settings is not null, (ulong)context.Seed);
            if (figures.ContainsKey("pairs")) figures["calibration"] = CalibrationJson.Of(evaluation.Margins());
            return figures;
        });
        if (context.Json) context.WriteLine(result.ToJsonString());
        else foreach (string line in Lines(result)) context.WriteLine(line);
        return ExitCodes.Done;
    }

    private JsonObject Identity(CommandContext context, string input, JudgeSettings oracle, JudgeSettings? judge) => new()
    {
        ["command"] = "eval gold",
        ["input"] = RowIdentity.OfRows(input),
        ["gold"] = oracle.Identity(),
        ["judge"] = judge?.Identity(),
        ["model"] = RowIdentity.OfModel(context.Get(_model)),
        ["reference"] = RowIdentity.OfModel(context.Get(_reference)),
        ["tokenizer"] = RowIdentity.OfModel(context.Get(_tokenizer)),
        ["beta"] = context.Get(_beta) ?? 0.1,
        ["seed"] = context.Seed,
        ["dtype"] = context.MatrixType.ToString(),
    };

    private void AddResponses(CommandContext context, string input, GoldEvaluation evaluation, IResponseJudge gold, JudgeSettings? settings, ComputeBackend backend)
    {
        bool isImplicit = settings?.Kind == JudgeKind.Implicit;
        using ModelBundle? bundle = context.Get(_model) is { } path ? context.OpenModel(path, context.Get(_tokenizer)) : null;
        using ModelBundle? referenceBundle = isImplicit && context.Get(_reference) is { } reference ? context.OpenModel(reference, context.Get(_tokenizer)) : null;
        JudgeFile file = new(input, bundle);
        using Model? policyModel = isImplicit ? bundle!.Load(backend, context.MatrixType) : null;
        using Model? referenceModel = referenceBundle?.Load(backend, context.MatrixType);
        using IResponseJudge? judge = settings is null ? null
            : JudgeOptions.Create(settings, context, backend, policyModel, referenceModel, context.Get(_beta) ?? 0.1, file.LargestRow);
        evaluation.AddResponses(file, gold, judge, context.Log, context.Cancel);
    }

    private static IEnumerable<string> Lines(JsonObject result)
    {
        yield return $"mean gold       {Number(result["mean_gold"]!)}";
        yield return $"best of a row   {Number(result["best_gold"]!)}";
        yield return $"{result["rows"]} rows, {result["without_score"]} responses without a score, {result["gold_ties"]} pairs of equal score";
        if (!result.ContainsKey("pairs")) yield break;
        yield return $"agreement       {Percent(result["agreement"]!)} of {result["pairs"]} pairs";
        foreach (JsonNode? part in result["by_margin"]!.AsArray())
            yield return string.Create(CultureInfo.InvariantCulture,
                $"  margin {part!["from"]!.GetValue<double>():0.###} to {part["to"]!.GetValue<double>():0.###}: {Percent(part)} of {part["pairs"]}");
        yield return $"calibration     {Number(result["calibration_error"]!)} expected error";
        foreach (string line in CalibrationJson.Lines(result["calibration"]!.AsArray())) yield return line;
    }

    private static string Number(JsonNode figure) => string.Create(CultureInfo.InvariantCulture, $"{figure["value"]!.GetValue<double>():0.000}{Bounds(figure, 1, "0.000")}");

    private static string Percent(JsonNode figure) => string.Create(CultureInfo.InvariantCulture, $"{100 * figure["value"]!.GetValue<double>():0.0} %{Bounds(figure, 100, "0.0")}");

    private static string Bounds(JsonNode figure, double scale, string format)
    {
        string Of(string name) => (scale * figure[name]!.GetValue<double>()).ToString(format, CultureInfo.InvariantCulture);
        return figure["low"] is null ? "" : $" [{Of("low")}, {Of("high")}]";
    }
}
