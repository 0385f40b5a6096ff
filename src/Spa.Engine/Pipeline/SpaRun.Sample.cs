using System.Text.Json.Nodes;
using Spa.Engine.Generation;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline;

public sealed partial class SpaRun
{
    // Rows that are scored again to compare the sampler's log-probs with the scorer's.
    private const int AgreementRows = 32;

    /// <summary>y_1 .. y_K ~ pi_{t-1}(. | x) for every x in X_t.</summary>
    private PhaseRecord Sample(int iteration, StageModel policy)
    {
        IReadOnlyList<LoopPrompt> prompts = _data.Prompts[iteration - 1];
        SamplingSettings settings = Sampling(iteration);
        var inputs = new JsonObject
        {
            ["model"] = policy.Key,
            ["prompts"] = LoopData.Hash(prompts),
            ["temperature"] = settings.Temperature,
            ["top_p"] = settings.TopP,
            ["top_k"] = settings.TopK,
            ["max_new_tokens"] = settings.MaxNewTokens,
            ["samples"] = settings.Samples,
            ["stop"] = SampledRow.Array([.. settings.StopTokens]),
            ["seed"] = settings.Seed,
            ["dtype"] = _context.Storage,
        };
        string phase = $"{RunFolder.StageName(iteration)}/sample";
        return _state.Run(phase, inputs, [_folder.Samples(iteration)], _context.Log, key =>
        {
            if (TakeSamples(iteration, phase, key, out PhaseResult taken)) return taken;
            using var rows = new PartialRows(_folder.Samples(iteration), key);
            using Model model = Load(policy);
            var all = rows.Existing.Select(SampledRow.FromJson).ToList();
            long drawn = Draw(model, settings, prompts, all, rows, phase);
            double difference = SamplerScorerDifference(model, all);
            rows.Commit();
            return new PhaseResult(new JsonObject { ["prompts"] = all.Count, ["sampler_scorer_difference"] = difference }, drawn);
        });
    }

    private SamplingSettings Sampling(int iteration) => new()
    {
        Temperature = _config.Spa.Sampling.Temperature,
        TopP = _config.Spa.Sampling.TopP,
        TopK = _config.Spa.Sampling.TopK,
        MaxNewTokens = _config.Spa.Sampling.MaxNewTokens,
        Samples = _config.Spa.SamplesPerPrompt,
        StopTokens = _sftBundle.Tokenizer.EndIds,
        // Iterations draw independently even where they share a prompt file.
        Seed = _config.Training.Seed + ((ulong)iteration << 32),
    };

    private long Draw(Model model, SamplingSettings settings, IReadOnlyList<LoopPrompt> prompts, List<SampledRow> all, PartialRows rows, string phase)
    {
        int first = all.Count;
        if (first == prompts.Count) return 0;
        if (first > 0) _context.Log.Notice($"{phase}: continues behind {first} of {prompts.Count} prompts");
        using var generator = new Generator(model, settings, prompts.Max(p => p.Ids.Length));
        _context.Log.Progress(phase, first, prompts.Count, "prompts");
        var rate = new Rate();
        generator.Generate([.. prompts.Skip(first).Select((p, i) => new GenerationPrompt(p.Ids, (uint)(first + i)))], (i, responses) =>
        {
            LoopPrompt prompt = prompts[first + i];
            var row = new SampledRow(first + i, prompt.Source, prompt.Ids, [.. responses.Select(r => SampledResponse.From(r, _sftBundle.Tokenizer))]) { Arguments = prompt.Arguments };
            rows.Append(row.ToJson());
            all.Add(row);
            _context.Log.Progress(phase, all.Count, prompts.Count, "prompts", $"{rate.PerSecond(generator.TokensDrawn):F0} tokens/s");
        }, _context.Cancel);
        return generator.TokensDrawn;
    }

    /// <summary>
    /// Largest |log-prob as sampled - log-prob as scored| over tokens of the first rows: judge and trainer use the sampler's values in the place of
    /// the scorer's, which is right only while this is small (docs/algorithm.md section 4.1).
    /// </summary>
    private double SamplerScorerDifference(Model model, List<SampledRow> rows)
    {
        SampledRow[] checkedRows = [.. rows.Take(AgreementRows)];
        using var scorer = new Scorer(model, null, 0, LongestRow(checkedRows));
        double largest = 0;
        scorer.Score([.. checkedRows.Select(r => new ScoreItem(r.PromptIds, [.. r.Responses.Select(s => s.Ids)]))], (i, scores) =>
        {
            foreach ((SampledResponse sampled, ScoredResponse scored) in checkedRows[i].Responses.Zip(scores))
                foreach ((float a, float b) in sampled.TokenLogps.Zip(scored.TokenLogps)) largest = Math.Max(largest, Math.Abs((double)a - b));
        }, _context.Cancel);
        return largest;
    }

    private static int LongestRow(IEnumerable<SampledRow> rows) => rows.Max(r => PackedBatch.RowsFor(r.PromptIds.Length, [.. r.Responses.Select(s => s.Ids.Length)]));
}
