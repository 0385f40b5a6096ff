using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Pipeline.RowFiles;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>
/// All data of a run, read, checked and in tokens before anything expensive begins: seed pairs, prompts of every iteration, held-out
/// pairs.
/// </summary>
internal sealed class LoopData
{
    // Which pairs are drawn has nothing to do with the order in which they are trained on.
    private const ulong SeedPairDraws = 1UL << 57;

    public LoopData(RunConfig config, ModelBundle model, RunLog log)
    {
        TrainingConfig training = config.Training;
        int maxPositions = model.Config.MaxPositions;
        Truncation truncation = TrainingSetup.Truncation(training with { MaxLength = Math.Min(training.MaxLength ?? maxPositions, maxPositions) });
        BadRows badRows = TrainingSetup.BadRows(training);
        if (config.Spa.SeedDataset is { } seed) Seed = Draw(ReadPairs(seed, model, truncation, badRows, log), config, log);
        var prompts = new List<RowContent>();
        if (training.EvalDataset is { } eval) Evaluation = ReadPairs(eval, model, truncation, badRows, log, prompts);
        EvaluationPrompts = prompts;
        for (int t = 1; t <= config.Spa.Iterations; t++) Prompts.Add(ReadPrompts(config, t, model, truncation, badRows, log));
    }

    /// <summary>D_0; empty without a seed stage.</summary>
    public IReadOnlyList<TokenizedPair> Seed { get; } = [];

    /// <summary>Held-out pairs.</summary>
    public IReadOnlyList<TokenizedPair> Evaluation { get; } = [];

    /// <summary>The prompts of the held-out pairs, as they stand in the data.</summary>
    public IReadOnlyList<RowContent> EvaluationPrompts { get; }

    /// <summary>X_1 .. X_T.</summary>
    public List<IReadOnlyList<LoopPrompt>> Prompts { get; } = [];

    /// <summary>Hash of pairs as they enter training or evaluation.</summary>
    public static string Hash(IEnumerable<TokenizedPair> pairs) =>
        HashOfRows("pairs", pairs.Select(p => $"{string.Join(' ', p.Prompt)}|{string.Join(' ', p.Chosen)}|{string.Join(' ', p.Rejected)}{(p.Margin == 0 ? "" : $"|{p.Margin:R}")}"));

    /// <summary>Hash of prompts as they are sampled from and judged.</summary>
    public static string Hash(IEnumerable<LoopPrompt> prompts) =>
        HashOfRows("prompts", prompts.Select(p => $"{string.Join(' ', p.Ids)}{(p.Arguments is null ? "" : $"|{p.Arguments.Key}")}{FurtherFields(p.Source)}"));

    // A judge's own template may read what the sampler's passed over.
    private static string FurtherFields(JsonNode? prompt) =>
        prompt is JsonArray turns && turns.Any(turn => turn is JsonObject message && message.Any(field => field.Key is not ("role" or "content"))) ? $"|{turns.ToJsonString()}" : "";

    /// <summary>Hash of examples as they enter training or evaluation.</summary>
    public static string Hash(IEnumerable<TokenizedExample> examples) =>
        HashOfRows("examples", examples.Select(e => $"{string.Join(' ', e.Tokens)}|{string.Concat(e.Scored.Select(s => s ? '1' : '0'))}"));

    /// <summary>
    /// Pairs of a file in tokens; the report's lines go to the log, the prompts of the pairs to <paramref name="prompts"/>, and what <paramref name="margin"/> finds in a row
    /// becomes the pair's margin.
    /// </summary>
    public static IReadOnlyList<TokenizedPair> ReadPairs(string path, ModelBundle model, Truncation truncation, BadRows badRows, RunLog log,
        List<RowContent>? prompts = null, Func<PreferenceRow, double>? margin = null)
    {
        var report = new RowReport();
        var tokenization = new RowTokenization(model.RowTokenizer, truncation, report);
        var pairs = new List<TokenizedPair>();
        foreach (PreferenceRow row in Rows.ReadPreferences(path, report, badRows))
        {
            if (tokenization.Pair(row) is not { } pair) continue;
            RowChecks.RequireIds(pair.Prompt, model.Config, row.Location);
            RowChecks.RequireIds(pair.Chosen, model.Config, row.Location);
            RowChecks.RequireIds(pair.Rejected, model.Config, row.Location);
            pairs.Add(margin is null ? pair : pair with { Margin = margin(row) });
            prompts?.Add(row.Prompt);
        }
        foreach (string line in report.Lines()) log.Notice($"{path}: {line}");
        if (pairs.Count == 0) throw new SpaException($"{path}: no pair is left after tokenising; raise max_length or check the responses");
        return pairs;
    }

    // In the order of the file, so that all of them are the file.
    private static IReadOnlyList<TokenizedPair> Draw(IReadOnlyList<TokenizedPair> pairs, RunConfig config, RunLog log)
    {
        if (config.Spa.SeedPairs is not { } wanted) return pairs;
        if (pairs.Count < wanted) log.Notice($"{config.Spa.SeedDataset}: {pairs.Count} pairs, {wanted} were asked for");
        if (pairs.Count <= wanted) return pairs;
        var order = new ExampleOrder(pairs.Count, shuffle: true, config.Training.Seed + SeedPairDraws);
        return [.. Enumerable.Range(0, wanted).Select(i => order[0, i]).Order().Select(i => pairs[i])];
    }

    private static string HashOfRows(string kind, IEnumerable<string> rows) =>
        ContentHash.Of(new JsonObject { [kind] = new JsonArray([.. rows.Select(row => (JsonNode)row)]) });

    /// <summary>Prompts of a file in tokens that leave room for <paramref name="newTokens"/>; the report's lines go to the log. Returns the rows that were read as well.</summary>
    public static (List<LoopPrompt> Prompts, long Rows) ReadPrompts(string file, long skip, int? take, int newTokens, ModelBundle model, Truncation truncation, BadRows badRows, RunLog log)
    {
        var report = new RowReport();
        var tokenization = new RowTokenization(model.RowTokenizer, truncation, report);
        var prompts = new List<LoopPrompt>();
        long row = 0;
        foreach (PromptRow source in Rows.ReadPrompts(file, report, badRows))
        {
            if (row++ < skip) continue;
            if (take is { } limit && prompts.Count >= limit) break;
            if (tokenization.Prompt(source, newTokens) is not { } prompt) continue;
            RowChecks.RequireIds(prompt.Tokens, model.Config, source.Location);
            prompts.Add(new LoopPrompt((int)row - 1, source.Source["prompt"], prompt.Tokens, source.Prompt.Arguments));
        }
        foreach (string line in report.Lines()) log.Notice($"{file}: {line}");
        return (prompts, row);
    }

    private static List<LoopPrompt> ReadPrompts(RunConfig config, int iteration, ModelBundle model, Truncation truncation, BadRows badRows, RunLog log)
    {
        (string file, long skip, int? take) = config.Spa.PromptsOf(iteration);
        (List<LoopPrompt> prompts, long row) = ReadPrompts(file, skip, take, config.Spa.Sampling.MaxNewTokens, model, truncation, badRows, log);
        if (prompts.Count == 0 && row > skip)
            throw new SpaException($"{file}: none of {row - skip} prompts leaves room for max_new_tokens {config.Spa.Sampling.MaxNewTokens}; lower "
                + $"spa.sampling.max_new_tokens or raise max_length (the model's context is {model.Config.MaxPositions})");
        if (prompts.Count == 0) throw new SpaException($"{file}: iteration {iteration} has no prompt ({row} rows, {skip} belong to earlier iterations); give more "
            + "prompts or fewer iterations");
        if (take is { } wanted && prompts.Count < wanted) log.Notice($"{file}: iteration {iteration} has {prompts.Count} prompts, {wanted} were asked for");
        return prompts;
    }
}
