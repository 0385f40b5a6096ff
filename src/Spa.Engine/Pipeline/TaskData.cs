using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Estimates;
using Spa.Engine.Pipeline.RowFiles;
using Spa.Engine.Preference;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>The examples of a single stage and how they become a task.</summary>
internal sealed class TaskData : IDisposable
{
    private readonly RunConfig _config;
    private readonly RunContext _context;
    private readonly IReadOnlyList<TokenizedPair> _pairs = [];
    private readonly IReadOnlyList<TokenizedExample> _examples = [];
    private readonly ModelBundle _bundle;
    private Model? _reference;

    private TaskData(RunConfig config, string dataset, ModelBundle bundle, RunContext context)
    {
        (_config, _context, _bundle) = (config, context, bundle);
        int longest = Math.Min(config.Training.MaxLength ?? bundle.Config.MaxPositions, bundle.Config.MaxPositions);
        Truncation truncation = TrainingSetup.Truncation(config.Training with { MaxLength = longest });
        BadRows badRows = TrainingSetup.BadRows(config.Training);
        if (config.Stage == ConfigurationStage.Sft) _examples = ReadExamples(dataset, truncation, badRows);
        else _pairs = LoopData.ReadPairs(dataset, bundle, truncation, badRows, context.Log);
        if (config.Stage == ConfigurationStage.Dpo)
        {
            ReferencePath = config.Training.RefModelNameOrPath;
            if (config.Training.LossType[0] == "spa") Refinement = TrainingSetup.Refinement(config.Spa, 1);
        }
    }

    public int Count => _config.Stage == ConfigurationStage.Sft ? _examples.Count : _pairs.Count;

    /// <summary>Sizes of the examples, for an estimate.</summary>
    public IReadOnlyList<SequenceLengths> Lengths => _config.Stage == ConfigurationStage.Sft ? [.. _examples.Select(SequenceLengths.Of)] : [.. _pairs.Select(SequenceLengths.Of)];

    /// <summary>A reference that is not the policy's start; null: it is.</summary>
    public string? ReferencePath { get; }

    /// <summary>loss_type spa; null: plain DPO.</summary>
    public RefinementSettings? Refinement { get; }

    public string Hash => _config.Stage == ConfigurationStage.Sft
        ? ContentHash.Of(new JsonObject { ["examples"] = new JsonArray([.. _examples.Select(e => (JsonNode)$"{string.Join(' ', e.Tokens)}|{string.Concat(e.Scored.Select(s => s ? '1' : '0'))}")]) })
        : LoopData.Hash(_pairs);

    public static TaskData Read(RunConfig config, string dataset, ModelBundle bundle, RunContext context) => new(config, dataset, bundle, context);

    public ITrainingTask MakeTask(PolicyState policy, TrainerSettings settings)
    {
        if (_config.Stage == ConfigurationStage.Sft) return new SftTask(policy, _examples, settings);
        bool keepReference = Refinement?.NeedsReferenceLogits() == true;
        _reference = LoadReference(policy.Model);
        IReadOnlyList<PreferenceExample> examples = ReferenceLogProbs.Precompute(_reference ?? policy.Model, _pairs, _context, "dpo/reference");
        if (keepReference) _reference ??= policy.Model.Clone();
        return new PreferenceTask(policy, keepReference ? _reference : null, examples, settings, _config.Training.Beta, Refinement, _config.Training.LabelSmoothing);
    }

    public void Dispose() => _reference?.Dispose();

    private Model? LoadReference(Model policy)
    {
        if (ReferencePath is null) return null;
        using ModelBundle bundle = ModelBundle.Open(ReferencePath, _bundle.HasTokenizer ? _bundle.Path : null);
        if (bundle.Config.VocabSize != policy.Config.VocabSize)
            throw new SpaException($"reference '{ReferencePath}' has {bundle.Config.VocabSize} tokens, the policy {policy.Config.VocabSize}; both must use one tokenizer");
        return bundle.Load(_context.Backend, _context.MatrixType);
    }

    private List<TokenizedExample> ReadExamples(string path, Truncation truncation, BadRows badRows)
    {
        var report = new RowReport();
        var tokenization = new RowTokenization(_bundle.RowTokenizer, truncation, report);
        ScoredTurns turns = _config.Training.AssistantOnlyLoss ? ScoredTurns.Assistant
            : _config.Training.CompletionOnlyLoss == false ? ScoredTurns.All : ScoredTurns.Auto;
        var examples = new List<TokenizedExample>();
        foreach (ResponseRow row in Rows.ReadResponses(path, report, badRows))
        {
            if (tokenization.Example(row, turns) is not { } example) continue;
            RowChecks.RequireIds(example.Tokens, _bundle.Config, row.Location);
            examples.Add(example);
        }
        foreach (string line in report.Lines()) _context.Log.Notice($"{path}: {line}");
        return examples.Count > 0 ? examples : throw new SpaException($"{path}: no example is left after tokenising; raise max_length or check the responses");
    }
}
