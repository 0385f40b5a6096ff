using Spa.Engine.Configuration;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Estimates;

/// <summary>How many rows of which length a configuration works on.</summary>
public sealed record EstimateRows
{
    private EstimateRows() { }

    /// <summary>Of spa run: the seed pairs.</summary>
    internal IReadOnlyList<SequenceLengths> Seed { get; private init; } = [];

    /// <summary>Held-out pairs of spa run.</summary>
    internal IReadOnlyList<SequenceLengths> Evaluation { get; private init; } = [];

    /// <summary>Tokens of the prompts of each iteration.</summary>
    internal IReadOnlyList<IReadOnlyList<int>> Prompts { get; private init; } = [];

    /// <summary>Rows of a single stage.</summary>
    internal IReadOnlyList<SequenceLengths> Examples { get; private init; } = [];

    /// <summary>What was assumed instead of read, for people; null: nothing.</summary>
    public string? Assumption { get; private init; }

    /// <summary>Files of rows that a configuration names.</summary>
    public static IEnumerable<string> Files(RunConfig config) => config.Stage == ConfigurationStage.Run
        ? [.. new[] { config.Spa.SeedDataset, config.Training.EvalDataset }.OfType<string>(), .. config.Spa.Prompts ?? (IEnumerable<string>)[]]
        : [config.Training.DatasetName!];

    /// <summary>Reads and tokenises all rows.</summary>
    /// <exception cref="SpaException">A file cannot be used.</exception>
    public static EstimateRows Read(RunConfig config, ModelBundle model, RunContext context)
    {
        if (config.Stage != ConfigurationStage.Run)
        {
            using TaskData task = TaskData.Read(config, config.Training.DatasetName!, model, context);
            return new EstimateRows { Examples = [.. task.Lengths] };
        }
        var data = new LoopData(config, model, context.Log);
        return new EstimateRows
        {
            Seed = [.. data.Seed.Select(SequenceLengths.Of)],
            Evaluation = [.. data.Evaluation.Select(SequenceLengths.Of)],
            Prompts = [.. data.Prompts.Select(prompts => (IReadOnlyList<int>)[.. prompts.Select(p => p.Ids.Length)])],
        };
    }

    /// <summary>The rows of a stage that an arm of a study has beside its loop or in its place: seed pairs for a reward model, the prompts of all iterations for policy optimisation.</summary>
    public EstimateRows Of(RunConfig stage)
    {
        if (stage.Stage == ConfigurationStage.Run) return this;
        if (stage.Stage != ConfigurationStage.Rloo) return new EstimateRows { Examples = Seed, Assumption = Assumption };
        (int limit, int responses) = (stage.Training.MaxCompletionLength!.Value, stage.Training.NumGenerations);
        return new EstimateRows { Examples = [.. Prompts.SelectMany(p => p).Select(p => new SequenceLengths(p + responses * limit, responses * limit, p + limit))], Assumption = Assumption };
    }

    /// <summary>As many rows as the configuration says, all of one length.</summary>
    public static EstimateRows Assume(RunConfig config, DecoderConfig model, AssumedLengths lengths)
    {
        (int prompt, int response) = (lengths.PromptTokens, lengths.ResponseTokens);
        var pair = new SequenceLengths(PackedBatch.RowsFor(model, prompt, response, response), 2 * response, prompt + response);
        string each = $"prompts of {prompt} tokens, responses in the data of {response}";
        if (config.Stage != ConfigurationStage.Run)
        {
            SequenceLengths row = config.Stage == ConfigurationStage.Sft ? new SequenceLengths(prompt + response, response, prompt + response) : pair;
            return new EstimateRows { Examples = Many(row, lengths.Rows), Assumption = $"{lengths.Rows} rows: {each}" };
        }
        int seed = config.Spa.SeedDataset is null ? 0 : config.Spa.SeedPairs ?? lengths.Rows;
        int[] prompts = [.. Enumerable.Range(1, config.Spa.Iterations).Select(t => config.Spa.PromptsOf(t).Take ?? lengths.Rows)];
        return new EstimateRows
        {
            Seed = Many(pair, seed),
            Prompts = [.. prompts.Select(count => (IReadOnlyList<int>)[.. Enumerable.Repeat(prompt, count)])],
            Assumption = $"{seed} seed pairs and {(prompts.Length > 0 ? string.Join(", ", prompts) : "no")} prompts: {each}; held-out pairs left out",
        };
    }

    private static SequenceLengths[] Many(SequenceLengths row, int count) => [.. Enumerable.Repeat(row, count)];
}
