using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Estimates;
using Spa.Engine.Preference;
using Spa.Engine.Reporting;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>What tells the single stages apart: their rows, how these become a task, and how held-out ones are evaluated.</summary>
internal abstract class TaskData : IDisposable
{
    private protected TaskData(RunConfig config, ModelBundle bundle, RunContext context)
    {
        (Config, Bundle, Context) = (config, bundle, context);
        int longest = Math.Min(config.Training.MaxLength ?? bundle.Config.MaxPositions, bundle.Config.MaxPositions);
        Truncation = TrainingSetup.Truncation(config.Training with { MaxLength = longest });
        BadRows = TrainingSetup.BadRows(config.Training);
    }

    /// <summary>Of the stage, in phases and metrics.</summary>
    public abstract string Name { get; }

    /// <summary>What a row is: pairs, examples, prompts.</summary>
    public abstract string Unit { get; }

    public abstract int Count { get; }

    public abstract string Hash { get; }

    /// <summary>Held-out rows; 0 without eval_dataset.</summary>
    public abstract int EvaluationCount { get; }

    public abstract string EvaluationHash { get; }

    public bool HasEvaluation => EvaluationCount > 0;

    /// <summary>Sizes of the examples, for an estimate.</summary>
    public abstract IReadOnlyList<SequenceLengths> Lengths { get; }

    /// <summary>What is minimised, in words that differ wherever the trained weights would.</summary>
    public abstract string Objective { get; }

    /// <summary>Whether training or evaluation look at a reference.</summary>
    public virtual bool HasReference => false;

    /// <summary>A reference that is not the policy's start; null: it is.</summary>
    public string? ReferencePath { get; private protected init; }

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

    /// <summary>loss_type spa; null: none.</summary>
    public RefinementSettings? Refinement { get; private protected init; }

    /// <summary>How the card calls it.</summary>
    public abstract ModelCardMethod Method { get; }

    /// <summary>What the card tells of the training besides what all stages have.</summary>
    public virtual IEnumerable<KeyValuePair<string, string>> Facts => [];

    private protected RunConfig Config { get; }

    private protected ModelBundle Bundle { get; }

    private protected RunContext Context { get; }

    private protected Truncation Truncation { get; }

    private protected BadRows BadRows { get; }

    /// <summary>The data of the configuration's stage.</summary>
    public static TaskData Read(RunConfig config, string dataset, ModelBundle bundle, RunContext context) => config.Stage switch
    {
        ConfigurationStage.Sft => new SftData(config, dataset, bundle, context),
        ConfigurationStage.Rloo => new RlooData(config, dataset, bundle, context),
        ConfigurationStage.Reward => new RewardData(config, dataset, bundle, context),
        _ => new DpoData(config, dataset, bundle, context),
    };

    /// <summary>How the stage is optimised.</summary>
    public virtual TrainerSettings Settings() => TrainingSetup.Settings(Config.Training, Count, Config.Training.NumTrainEpochs);

    /// <summary>The model that training begins with.</summary>
    public virtual Model LoadPolicy() => TrainingSetup.Adapted(Context.Load(Bundle), Config.Training);

    /// <summary>The task of training <paramref name="policy"/>; <paramref name="referenceKey"/> is the hash of pi_ref.</summary>
    public abstract ITrainingTask MakeTask(PolicyState policy, TrainerSettings settings, string referenceKey, RunFolder folder, RunState state);

    /// <summary>What a model makes of the held-out rows: <c>measure</c>, <c>metrics</c> under TRL's names, and for pairs <c>accuracy</c>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="isReference">It is pi_ref itself.</param>
    /// <param name="rows">Rows that survive an interruption.</param>
    /// <param name="phase">Name in the log.</param>
    public abstract JsonObject Evaluate(ModelBundle model, bool isReference, PartialRows rows, string phase);

    /// <summary>The card's table of held-out rows.</summary>
    public abstract ReportTable Results(JsonObject before, JsonObject after);

    public abstract void Dispose();

    /// <summary>A reference that is not the policy's start, or null; the caller disposes of it.</summary>
    private protected Model? LoadReference(Model policy)
    {
        if (ReferencePath is null) return null;
        using ModelBundle bundle = OpenReference(ReferencePath);
        if (bundle.Config.VocabSize != policy.Config.VocabSize)
            throw new SpaException($"reference '{ReferencePath}' has {bundle.Config.VocabSize} tokens, the policy {policy.Config.VocabSize}; both must use one tokenizer");
        return Context.Load(bundle, policy);
    }

    /// <summary>The policy as it is before training, kept: a new adapter turned off is it; an adapter that was there before is copied.</summary>
    /// <param name="policy">Not trained yet.</param>
    /// <param name="copy">What is kept will be written to.</param>
    private protected Model Start(Model policy, bool copy = false) => policy.Adapter is not null && !Bundle.IsAdapter && !copy ? policy.WithoutAdapter() : policy.Clone();

    private protected static ReportTable Table(JsonObject before, JsonObject after, string note, params ReadOnlySpan<(ReportColumn Column, Func<JsonObject, Estimate> Cell)> columns)
    {
        ReportColumn[] heads = new ReportColumn[columns.Length];
        Estimate[] first = new Estimate[columns.Length], last = new Estimate[columns.Length];
        for (int i = 0; i < columns.Length; i++) (heads[i], first[i], last[i]) = (columns[i].Column, columns[i].Cell(before), columns[i].Cell(after));
        return new ReportTable("Held-out data", heads, [new ReportRow("Before training", first), new ReportRow("After training", last)], note);
    }

    private protected static (ReportColumn, Func<JsonObject, Estimate>) Column(string title, string key, NumberStyle style = NumberStyle.Number) =>
        (new ReportColumn(title, style), evaluation => new Estimate(StageMetrics.Values(evaluation)[MetricKeys.Evaluation + key]));

    private protected static (ReportColumn, Func<JsonObject, Estimate>) Agreement() =>
        (new ReportColumn("Agreement with labels", NumberStyle.Percent), evaluation => RunReportBuilder.ToEstimate(evaluation["accuracy"]![0]));

    private ModelBundle OpenReference(string path) => ModelBundle.Open(path, Bundle.HasTokenizer ? Bundle.Path : null, Context.BaseModel);
}
