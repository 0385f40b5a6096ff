using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Engine;
using Spa.Engine.Compute;
using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
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

    public EvalPreferencesCommand() : base("preferences", "Accuracy and calibration of the implicit reward on labelled pairs.")
    {
        foreach (Option option in new Option[] { _model, _reference, _tokenizer, _input, _beta, _maxLength }) Options.Add(option);
    }

    public override string Synopsis => "--model M [--reference R] --input F [options]";

    public override string Details =>
        "Reads preference rows and tells how often the reward beta (log pi - log pi_ref) orders a pair as the label does, with 95 % Wilson intervals, in all and by "
            + "which response is longer; the expected calibration error of sigmoid(margin) over ten bins; and the mean -log sigmoid(margin). Without --reference the "
            + "log-likelihood stands in for the reward.";

    public override IReadOnlyList<string> Examples => ["spa eval preferences --model stage-1/model --reference models/sft --input held-out.jsonl --json"];

    public override int Run(CommandContext context)
    {
        string input = context.Require(_input);
        double beta = context.Get(_beta) ?? 0.1;
        using ModelBundle bundle = ModelBundle.Open(context.Require(_model), context.Get(_tokenizer), context.BaseModel);
        using ModelBundle? reference = context.Get(_reference) is { } path ? ModelBundle.Open(path, context.Get(_tokenizer), context.BaseModel) : null;
        ScoreFile file = new(input, bundle, new Truncation(context.Get(_maxLength)));
        if (!file.IsPreference) throw new SpaException($"{input}: expected preference rows {{prompt, chosen, rejected}}, found rows without 'chosen'");
        using ComputeBackend backend = context.CreateBackend();
        using Model policyModel = bundle.Load(backend, context.MatrixType);
        using Model? referenceModel = reference?.Load(backend, context.MatrixType);
        IReadOnlyList<EvaluatedPair> pairs = PreferenceEvaluation.Margins(file, policyModel, referenceModel, beta, context.Log, context.Cancel);
        JsonObject result = Result(pairs, reference is null ? "log-likelihood" : "implicit reward");
        if (context.Json) context.WriteLine(result.ToJsonString());
        else foreach (string line in Lines(result)) context.WriteLine(line);
        return ExitCodes.Done;
    }

    private static JsonObject Result(IReadOnlyList<EvaluatedPair> pairs, string measure)
    {
        IReadOnlyList<PreferenceAccuracy> buckets = PreferenceAccuracy.Compute(pairs);
        return new JsonObject
        {
            ["measure"] = measure,
            ["pairs"] = pairs.Count,
            ["accuracy"] = buckets[0].Accuracy.Value,
            ["accuracy_low"] = buckets[0].Accuracy.Low,
            ["accuracy_high"] = buckets[0].Accuracy.High,
            ["calibration_error"] = PreferenceEvaluation.CalibrationError(pairs),
            ["loss"] = PreferenceEvaluation.MeanLoss(pairs),
            ["mean_margin"] = pairs.Average(pair => pair.Margin),
            ["buckets"] = new JsonArray([.. buckets.Skip(1).Select(b => new JsonObject
            {
                ["bucket"] = b.Bucket, ["pairs"] = b.Pairs, ["accuracy"] = b.Accuracy.Value, ["accuracy_low"] = b.Accuracy.Low, ["accuracy_high"] = b.Accuracy.High,
            })]),
        };
    }

    private static IEnumerable<string> Lines(JsonObject result)
    {
        yield return $"{"",-16} {"pairs",7}  agreement with the labels ({result["measure"]})";
        yield return Row("all pairs", result);
        foreach (JsonNode? bucket in result["buckets"]!.AsArray()) yield return Row(bucket!["bucket"]!.ToString(), bucket);
        yield return string.Create(CultureInfo.InvariantCulture,
            $"calibration error {result["calibration_error"]!.GetValue<double>():0.000}, mean margin {result["mean_margin"]!.GetValue<double>():0.000}, loss "
                + $"{result["loss"]!.GetValue<double>():0.000}");
    }

    private static string Row(string name, JsonNode row) => string.Create(CultureInfo.InvariantCulture,
        $"{name,-16} {row["pairs"]!.GetValue<int>(),7}  {100 * row["accuracy"]!.GetValue<double>():0.0} % ({100 * row["accuracy_low"]!.GetValue<double>():0.0} to "
            + $"{100 * row["accuracy_high"]!.GetValue<double>():0.0})");
}
