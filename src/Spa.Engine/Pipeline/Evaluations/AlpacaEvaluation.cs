using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Evaluation.AlpacaEval;
using Spa.Engine.Formats;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>
/// <c>spa eval alpaca</c> in a folder: <c>model_outputs.json</c>, <c>annotations.json</c>, <c>leaderboard.csv</c> in the layouts of alpaca_eval, and
/// <c>alpaca.json</c> with intervals, settings and versions. Each file is a phase of <c>run.json</c>: what is done with the same inputs is passed over, and what
/// was interrupted goes on at its row.
/// </summary>
public sealed class AlpacaEvaluation
{
    private const int Chunk = 64;

    private readonly string _folder;
    private readonly RunContext _context;
    private readonly RunState _state;

    /// <param name="folder">Made if it is missing.</param>
    /// <param name="context">Device and log.</param>
    /// <param name="environment">Versions, for the record.</param>
    public AlpacaEvaluation(string folder, RunContext context, JsonObject environment)
    {
        (_folder, _context) = (new RunFolder(folder).Path, context);
        _state = new RunState(In("run.json"), environment);
    }

    public string OutputsPath => In("model_outputs.json");

    public string AnnotationsPath => In("annotations.json");

    /// <summary>Lets a model answer the instructions.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="name">Its name in the files.</param>
    /// <param name="instructions">A file with <c>instruction</c> in every row.</param>
    /// <param name="settings">How it answers; one sample.</param>
    public IReadOnlyList<AlpacaOutput> Outputs(ModelBundle bundle, string name, string instructions, SamplingSettings settings)
    {
        IReadOnlyList<AlpacaOutput> rows = AlpacaOutput.Read(instructions, withOutput: false);
        int[][] prompts = [.. rows.Select(row => Prompt(bundle, row))];
        var inputs = new JsonObject
        {
            ["model"] = RowIdentity.OfModel(bundle.Path),
            ["name"] = name,
            ["instructions"] = RowIdentity.OfRows(instructions),
            ["settings"] = (settings with { StopTokens = [], StopStrings = [] }).ToString(),
            ["stop"] = new JsonArray([.. settings.StopTokens.Select(id => (JsonNode)id)]),
            ["stop_strings"] = new JsonArray([.. settings.StopStrings.Select(text => (JsonNode)text)]),
            ["dtype"] = _context.Storage,
        };
        const string Phase = "alpaca/outputs";
        _state.Run(Phase, inputs, [OutputsPath], _context.Log, key =>
        {
            using var done = new PartialRows(In("model_outputs.jsonl"), key);
            List<JsonObject> outputs = [.. done.Existing];
            int first = outputs.Count, cut = outputs.Count(o => o["cut"]!.GetValue<bool>());
            if (first < rows.Count)
            {
                using Model model = _context.Load(bundle);
                using Generator generator = new(model, settings, prompts.Max(p => p.Length), decoders: GenerateRows.StreamOf(bundle));
                _context.Log.Progress(Phase, outputs.Count, rows.Count, "instructions");
                generator.Generate([.. prompts.Skip(first).Select((p, i) => new GenerationPrompt(p, (uint)(first + i)))], (i, responses) =>
                {
                    JsonObject output = (rows[first + i] with { Output = bundle.Tokenizer.Decode(responses[0].Ids).Trim(), Generator = name }).ToJson();
                    bool isCut = responses[0].FinishReason == FinishReason.Length;
                    output["cut"] = isCut;
                    cut += isCut ? 1 : 0;
                    outputs.Add(output);
                    done.Append(output);
                    _context.Log.Progress(Phase, outputs.Count, rows.Count, "instructions");
                }, _context.Cancel);
            }

            EvaluationFiles.WriteArray(OutputsPath, outputs.Select(WithoutCut));
            done.Commit();
            if (cut > 0) _context.Log.Notice($"{Phase}: {cut} of {rows.Count} answers were cut at {settings.MaxNewTokens} tokens");
            return new PhaseResult(new JsonObject { ["rows"] = rows.Count, ["cut"] = cut });
        });
        return AlpacaOutput.Read(OutputsPath, withOutput: true);
    }

    /// <summary>Lets a judge compare a model's outputs with the baseline's.</summary>
    /// <param name="outputs">The model's.</param>
    /// <param name="baseline">The baseline's; matched by instruction.</param>
    /// <param name="judge">What verdicts depend on.</param>
    /// <param name="tokens">Whose tokens the judge needs; null: it reads text.</param>
    /// <param name="makeJudge">Makes the judge; gets the largest row.</param>
    public IReadOnlyList<AlpacaAnnotation> Annotate(IReadOnlyList<AlpacaOutput> outputs, IReadOnlyList<AlpacaOutput> baseline, JsonObject judge, ModelBundle? tokens,
        Func<int, IResponseJudge> makeJudge)
    {
        (AlpacaOutput Model, AlpacaOutput Baseline)[] pairs = [.. Match(outputs, baseline)];
        JudgeInput input = new(tokens);
        SampledRow[] rows = [.. pairs.Select((pair, i) => input.Convert(ToRow(pair.Model, pair.Baseline, i), i))];
        var inputs = new JsonObject { ["rows"] = Hash(pairs), ["judge"] = judge, ["dtype"] = _context.Storage };
        const string Phase = "alpaca/annotations";
        _state.Run(Phase, inputs, [AnnotationsPath], _context.Log, key =>
        {
            using var done = new PartialRows(In("annotations.jsonl"), key);
            List<JsonObject> annotations = [.. done.Existing];
            JsonObject? usage = null;
            if (annotations.Count < rows.Length)
            {
                using IResponseJudge maker = makeJudge(rows.Max(row => row.BatchRows));
                _context.Log.Progress(Phase, annotations.Count, rows.Length, "rows");
                // What a service said about earlier rows is in its cache: it is read again, so that usage is that of all rows.
                int first = maker.Usage is null ? annotations.Count : 0;
                foreach (int[] chunk in Enumerable.Range(first, rows.Length - first).Chunk(Chunk))
                {
                    _context.Cancel.ThrowIfCancellationRequested();
                    maker.Judge([.. chunk.Select(i => rows[i])], (i, verdict) =>
                    {
                        if (chunk[i] < annotations.Count) return;
                        JsonObject annotation = Annotation(pairs[chunk[i]].Model, pairs[chunk[i]].Baseline, verdict, maker.Name);
                        annotations.Add(annotation);
                        done.Append(annotation);
                        _context.Log.Progress(Phase, annotations.Count, rows.Length, "rows");
                    }, _context.Cancel);
                }

                usage = maker.Usage;
            }

            EvaluationFiles.WriteArray(AnnotationsPath, annotations);
            done.Commit();
            JudgeStatistics statistics = new();
            foreach (JsonObject annotation in annotations) statistics.Add(annotation["judgement"] as JsonObject);
            if (statistics.Line() is { } line) _context.Log.Notice($"{Phase}: {line}");
            return new PhaseResult(new JsonObject { ["rows"] = rows.Length, ["comparisons"] = statistics.ToJson(), ["usage"] = usage?.DeepClone() });
        });
        return AlpacaAnnotation.Read(AnnotationsPath);
    }

    /// <summary>Writes alpaca.json and the leaderboard; returns what alpaca.json holds.</summary>
    public JsonObject Score(AlpacaResult result, string model, ulong seed)
    {
        JsonObject document = result.ToJson();
        document["model"] = model;
        document["seed"] = seed;
        if (_state.Find("alpaca/annotations") is { } annotated)
        {
            document["comparisons"] = annotated.Summary["comparisons"]?.DeepClone();
            document["usage"] = annotated.Summary["usage"]?.DeepClone();
        }

        document["environment"] = _state.Environment.DeepClone();
        JsonFiles.WriteObject(In("alpaca.json"), document);
        result.WriteLeaderboard(In("leaderboard.csv"), model);
        return document;
    }

    private static int[] Prompt(ModelBundle bundle, AlpacaOutput row)
    {
        int[] ids = ChatPrompt.Encode(bundle.Tokenizer, [new Message(Message.User, row.Instruction)]);
        return ids.Length < bundle.Config.MaxPositions ? ids
            : throw new SpaException($"instruction '{EndpointClient.Excerpt(row.Instruction)}' has {ids.Length} tokens, the model's context holds {bundle.Config.MaxPositions}");
    }

    private static IEnumerable<(AlpacaOutput, AlpacaOutput)> Match(IReadOnlyList<AlpacaOutput> outputs, IReadOnlyList<AlpacaOutput> baseline)
    {
        Dictionary<string, AlpacaOutput> byInstruction = new(StringComparer.Ordinal);
        foreach (AlpacaOutput row in baseline) byInstruction.TryAdd(row.Instruction, row);
        foreach (AlpacaOutput row in outputs)
        {
            yield return byInstruction.TryGetValue(row.Instruction, out AlpacaOutput? other) ? (row, other)
                : throw new SpaException($"the reference outputs have no answer to '{EndpointClient.Excerpt(row.Instruction)}'; give outputs to the same instructions");
        }
    }

    // The baseline's output is response 0, the model's is response 1, as output_1 and output_2.
    private static PromptRow ToRow(AlpacaOutput model, AlpacaOutput baseline, int index)
    {
        Message message = new(Message.User, model.Instruction);
        var source = new JsonObject { ["responses"] = new JsonArray(new JsonObject { ["text"] = baseline.Output }, new JsonObject { ["text"] = model.Output }) };
        return new PromptRow(RowContent.OfMessages([message]), source, new RowLocation("outputs", index + 1, IsLine: false));
    }

    private static JsonObject Annotation(AlpacaOutput model, AlpacaOutput baseline, RowVerdict verdict, string judge)
    {
        double margin = verdict.Rewards[1] - verdict.Rewards[0];
        // Equal outputs are not shown to a judge: a draw.
        double preference = model.Output == baseline.Output ? 1.5 : 1 + Compute.Logistic.Sigmoid(margin);
        var json = new JsonObject { ["instruction"] = model.Instruction, ["output_1"] = baseline.Output, ["generator_1"] = baseline.Generator };
        if (model.Dataset is not null) json["dataset"] = model.Dataset;
        json["output_2"] = model.Output;
        json["generator_2"] = model.Generator;
        json["annotator"] = judge;
        json["preference"] = double.IsNaN(preference) ? null : preference;
        if (verdict.Details is not null) json["judgement"] = verdict.Details.DeepClone();
        return json;
    }

    private static JsonObject WithoutCut(JsonObject output)
    {
        var copy = (JsonObject)output.DeepClone();
        copy.Remove("cut");
        return copy;
    }

    private static string Hash((AlpacaOutput Model, AlpacaOutput Baseline)[] pairs) =>
        ContentHash.Of(new JsonObject { ["pairs"] = new JsonArray([.. pairs.Select(p => (JsonNode)new JsonArray(p.Model.ToJson(), p.Baseline.ToJson()))]) });

    private string In(string name) => Path.Combine(_folder, name);
}
