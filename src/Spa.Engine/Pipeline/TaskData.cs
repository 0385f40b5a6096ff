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
        if (IsPairs) _pairs = LoopData.ReadPairs(dataset, bundle, truncation, badRows, context.Log);
        else _examples = ReadExamples(dataset, truncation, badRows);
        if (config.Training.EvalDataset is { } held)
        {
            if (IsPairs) EvaluationPairs = LoopData.ReadPairs(held, bundle, truncation, badRows, context.Log);
            else EvaluationExamples = ReadExamples(held, truncation, badRows);
        }
        if (config.Stage == ConfigurationStage.Dpo)
        {
            ReferencePath = config.Training.RefModelNameOrPath;
            if (config.Training.LossType.Contains("spa")) Refinement = TrainingSetup.Refinement(config.Spa, 1);
        }
    }

    /// <summary>Of the stage, in phases and metrics.</summary>
    public string Name => IsPairs ? "dpo" : "sft";

    /// <summary>Preference pairs; else examples to imitate.</summary>
    public bool IsPairs => _config.Stage != ConfigurationStage.Sft;

    public int Count => IsPairs ? _pairs.Count : _examples.Count;

    /// <summary>Held-out pairs; empty without eval_dataset or in another stage.</summary>
    public IReadOnlyList<TokenizedPair> EvaluationPairs { get; } = [];

    /// <summary>Held-out examples; empty without eval_dataset or in another stage.</summary>
    public IReadOnlyList<TokenizedExample> EvaluationExamples { get; } = [];

    public int EvaluationCount => EvaluationPairs.Count + EvaluationExamples.Count;

    public bool HasEvaluation => EvaluationCount > 0;

    public string EvaluationHash => IsPairs ? LoopData.Hash(EvaluationPairs) : LoopData.Hash(EvaluationExamples);

    /// <summary>Sizes of the examples, for an estimate.</summary>
    public IReadOnlyList<SequenceLengths> Lengths => IsPairs ? [.. _pairs.Select(SequenceLengths.Of)] : [.. _examples.Select(SequenceLengths.Of)];

    /// <summary>A reference that is not the policy's start; null: it is.</summary>
    public string? ReferencePath { get; }

    /// <summary>Hash of that reference; null: it is the policy's start.</summary>
    public string? ReferenceKey
    {
        get
        {
            if (ReferencePath is null) return null;
            using ModelBundle reference = OpenReference(ReferencePath);
            return ContentHash.OfModel(reference);
        }
    }

    /// <summary>loss_type spa; null: plain DPO.</summary>
    public RefinementSettings? Refinement { get; }

    public string Hash => IsPairs ? LoopData.Hash(_pairs) : LoopData.Hash(_examples);

    public static TaskData Read(RunConfig config, string dataset, ModelBundle bundle, RunContext context) => new(config, dataset, bundle, context);

    /// <summary>The task of training <paramref name="policy"/>; <paramref name="referenceKey"/> is the hash of pi_ref.</summary>
    public ITrainingTask MakeTask(PolicyState policy, TrainerSettings settings, string referenceKey, RunFolder folder, RunState state)
    {
        if (!IsPairs) return new SftTask(policy, _examples, settings);
        PreferenceObjective objective = TrainingSetup.Objective(_config.Training);
        bool keepReference = Refinement?.NeedsReferenceLogits() == true || !objective.TakesReferenceSums;
        _reference = LoadReference(policy.Model);
        IReadOnlyList<PreferenceExample> examples = objective.TakesReferenceSums
            ? ReferenceLogProbs.Precompute(_reference ?? policy.Model, referenceKey, _pairs, Path.Combine(folder.Path, "reference.jsonl"), state, _context, "dpo/reference")
            : [.. _pairs.Select(p => new PreferenceExample(p.Prompt, p.Chosen, p.Rejected))];
        // A new adapter turned off is the reference; one that was there before is kept as it is.
        if (keepReference) _reference ??= policy.Model.Adapter is not null && !_bundle.IsAdapter ? policy.Model.WithoutAdapter() : policy.Model.Clone();
        return new PreferenceTask(policy, keepReference ? _reference : null, examples, settings, objective, Refinement);
    }

    public void Dispose() => _reference?.Dispose();

    /// <summary>The reference that is not the policy's start, or null; the caller disposes of it.</summary>
    public Model? LoadReference(Model policy)
    {
        if (ReferencePath is null) return null;
        using ModelBundle bundle = OpenReference(ReferencePath);
        if (bundle.Config.VocabSize != policy.Config.VocabSize)
            throw new SpaException($"reference '{ReferencePath}' has {bundle.Config.VocabSize} tokens, the policy {policy.Config.VocabSize}; both must use one tokenizer");
        return bundle.Load(_context.Backend, _context.MatrixType, policy);
    }

    private ModelBundle OpenReference(string path) => ModelBundle.Open(path, _bundle.HasTokenizer ? _bundle.Path : null, _context.BaseModel);

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
