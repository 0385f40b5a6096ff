using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Evaluations;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Commands;

/// <summary><c>spa eval preferences</c>: the implicit reward against labels.</summary>
internal sealed class EvalPreferencesCommand : CliCommand
{
    private readonly Option<string?> _model = RowOptions.Model();
    private readonly Option<string?> _reference = RowOptions.Reference();
    private readonly Option<string?> _tokenizer = RowOptions.Tokenizer();
    private readonly Option<string?> _input = RowOptions.Input();
    private readonly Option<double?> _beta = RowOptions.Beta();
    private readonly Option<int?> _maxLength = RowOptions.MaxLength();
    private readonly Option<string?> _output = RowOptions.Figures();

    public EvalPreferencesCommand() : base("preferences", "Accuracy and calibration of the implicit reward on labelled pairs.")
    {
        foreach (Option option in new Option[] { _model, _reference, _tokenizer, _input, _beta, _maxLength, _output }) Options.Add(option);
    }

    public override string Synopsis => "--model M [--reference R] --input F [options]";

    public override string Details =>
        "Reads preference rows and tells how often the reward beta (log pi - log pi_ref) orders a pair as the label does, with 95 % Wilson intervals, in all and by "
            + "which response is longer; the expected calibration error of sigmoid(margin) over ten bins, with the curve; and the mean -log sigmoid(margin), with bootstrap "
            + "intervals. Without --reference the log-likelihood stands in for the reward.";

    public override IReadOnlyList<string> Examples => ["spa eval preferences --model stage-1/model --reference models/sft --input held-out.jsonl --json"];

    public override int Run(CommandContext context)
    {
        string input = context.Require(_input);
        double beta = context.Get(_beta) ?? 0.1;
        using ModelBundle bundle = context.OpenModel(context.Require(_model), context.Get(_tokenizer));
        using ModelBundle? reference = context.Get(_reference) is { } path ? context.OpenModel(path, context.Get(_tokenizer)) : null;
        ScoreFile file = new(input, bundle, new Truncation(context.Get(_maxLength)));
        if (!file.IsPreference) throw new SpaException($"{input}: expected preference rows {{prompt, chosen, rejected}}, found rows without 'chosen'");
        using ComputeBackend backend = context.CreateBackend();
        JsonObject result = ResultFile.Run(context.Get(_output), Identity(context, beta, input), () => RunEnvironment.Of(backend, context.Threads), context.Log, () =>
        {
            using Model policyModel = bundle.Load(backend, context.MatrixType);
            using Model? referenceModel = reference?.Load(backend, context.MatrixType);
            IReadOnlyList<EvaluatedPair> pairs = PreferenceEvaluation.Margins(file, policyModel, referenceModel, beta, context.Log, context.Cancel);
            return Result(pairs, reference is null ? "log-likelihood" : "implicit reward", (ulong)context.Seed);
        });
        if (context.Json) context.WriteLine(result.ToJsonString());
        else foreach (string line in Lines(result)) context.WriteLine(line);
        return ExitCodes.Done;
    }

    private JsonObject Identity(CommandContext context, double beta, string input) => new()
    {
        ["command"] = "eval preferences",
        ["model"] = RowIdentity.OfModel(context.Get(_model)),
        ["reference"] = RowIdentity.OfModel(context.Get(_reference)),
        ["tokenizer"] = RowIdentity.OfModel(context.Get(_tokenizer)),
        ["input"] = RowIdentity.OfRows(input),
        ["max_length"] = context.Get(_maxLength),
        ["beta"] = beta,
        ["seed"] = context.Seed,
        ["dtype"] = context.MatrixType.ToString(),
    };

    private static JsonObject Result(IReadOnlyList<EvaluatedPair> pairs, string measure, ulong seed)
    {
        IReadOnlyList<PreferenceAccuracy> buckets = PreferenceAccuracy.Compute(pairs);
        double[] margins = [.. pairs.Select(pair => pair.Margin)];
        Interval error = Calibration.ErrorInterval(margins, seed), margin = Bootstrap.Mean(margins, seed);
        Interval loss = Bootstrap.Mean([.. pairs.Select(PreferenceEvaluation.Loss)], seed);
        return new JsonObject
        {
            ["measure"] = measure,
            ["pairs"] = pairs.Count,
            ["accuracy"] = buckets[0].Accuracy.Value,
            ["accuracy_low"] = buckets[0].Accuracy.Low,
            ["accuracy_high"] = buckets[0].Accuracy.High,
            ["calibration_error"] = error.Value,
            ["loss"] = loss.Value,
            ["mean_margin"] = margin.Value,
            ["intervals"] = new JsonObject { ["calibration_error"] = Bounds(error), ["loss"] = Bounds(loss), ["mean_margin"] = Bounds(margin) },
            ["calibration"] = CalibrationJson.Of(margins),
            ["seed"] = seed,
            ["buckets"] = new JsonArray([.. buckets.Skip(1).Select(b => new JsonObject
            {
                ["bucket"] = b.Bucket, ["pairs"] = b.Pairs, ["accuracy"] = b.Accuracy.Value, ["accuracy_low"] = b.Accuracy.Low, ["accuracy_high"] = b.Accuracy.High,
            })]),
        };
    }

    private static JsonArray? Bounds(Interval interval) => double.IsFinite(interval.Low) ? [interval.Low, interval.High] : null;

    private static IEnumerable<string> Lines(JsonObject result)
    {
        yield return $"{"",-16} {"pairs",7}  agreement with the labels ({result["measure"]})";
        yield return Row("all pairs", result);
        foreach (JsonNode? bucket in result["buckets"]!.AsArray()) yield return Row(bucket!["bucket"]!.ToString(), bucket);
        yield return $"calibration error {Number(result, "calibration_error")}, mean margin {Number(result, "mean_margin")}, loss {Number(result, "loss")}";
        foreach (string line in CalibrationJson.Lines(result["calibration"]!.AsArray())) yield return line;
    }

    private static string Number(JsonObject result, string name)
    {
        string bounds = result["intervals"]![name] is JsonArray b
            ? string.Create(CultureInfo.InvariantCulture, $" [{b[0]!.GetValue<double>():0.000}, {b[1]!.GetValue<double>():0.000}]") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{result[name]!.GetValue<double>():0.000}{bounds}");
    }

    private static string Row(string name, JsonNode row) => string.Create(CultureInfo.InvariantCulture,
        $"{name,-16} {row["pairs"]!.GetValue<int>(),7}  {100 * row["accuracy"]!.GetValue<double>():0.0} % ({100 * row["accuracy_low"]!.GetValue<double>():0.0} to "
            + $"{100 * row["accuracy_high"]!.GetValue<double>():0.0})");
}
