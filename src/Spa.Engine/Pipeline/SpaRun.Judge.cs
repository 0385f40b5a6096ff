using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline;

public sealed partial class SpaRun
{
    // Rows judged between two looks at the clock and the cancellation.
    private const int JudgeChunk = 64;

    /// <summary>Rewards of all responses; the best against the worst of each prompt is a preference pair.</summary>
    private PhaseRecord Judge(int iteration, PhaseRecord samples, StageModel? reference)
    {
        var inputs = new JsonObject
        {
            ["samples"] = samples.Key,
            ["judge"] = _config.Spa.Judge,
            ["reference"] = reference?.Key,
            ["beta"] = _config.Training.Beta,
            ["seed"] = _config.Training.Seed,
        };
        string phase = $"{RunFolder.StageName(iteration)}/judge";
        return _state.Run(phase, inputs, [_folder.Pairs(iteration), _folder.Audit(iteration)], _context.Log, key =>
        {
            SampledRow[] rows = ReadSamples(iteration);
            using var output = new PartialRows(_folder.Pairs(iteration), key);
            List<double[]> rewards = [.. output.Existing.Select(Rewards)];
            using Model? model = reference is null || _config.Spa.Judge == "random" ? null : Load(reference);
            using IResponseJudge judge = MakeJudge(iteration, model, LongestRow(rows));
            _context.Log.Progress(phase, rewards.Count, rows.Length, "prompts");
            long tokens = 0;
            while (rewards.Count < rows.Length)
            {
                _context.Cancel.ThrowIfCancellationRequested();
                int first = rewards.Count;
                SampledRow[] chunk = rows[first..Math.Min(rows.Length, first + JudgeChunk)];
                judge.Judge(chunk, (i, r) =>
                {
                    rewards.Add(r);
                    output.Append(Decide(chunk[i], r, judge.Name).ToJson());
                    tokens += chunk[i].Responses.Sum(s => chunk[i].PromptIds.Length + s.Ids.Length);
                }, _context.Cancel);
                _context.Log.Progress(phase, rewards.Count, rows.Length, "prompts");
            }
            JudgedRow[] judged = [.. rows.Zip(rewards, (row, r) => Decide(row, r, judge.Name))];
            JsonObject audit = StageAudit.OfJudgement(judged, _config.Training.Beta, samples.Summary["sampler_scorer_difference"]!.GetValue<double>(),
                _config.Spa.Judge == "implicit" && reference?.Stage == -1);
            // The same pairs as before: what training flagged among them still holds.
            if (_state.Find(phase)?.Key == key && File.Exists(_folder.Audit(iteration)))
                StageAudit.KeepTraining(audit, JsonNode.Parse(File.ReadAllText(_folder.Audit(iteration)))!.AsObject());
            AtomicFile.WriteAllText(_folder.Audit(iteration), audit.ToJsonString(StageAudit.Indented) + "\n");
            output.Commit();
            int pairs = judged.Count(j => j.IsPair);
            if (pairs == 0) throw new SpaException($"{phase}: none of {judged.Length} prompts gave a preference pair; raise the temperature or samples_per_prompt");
            return new PhaseResult(new JsonObject { ["pairs"] = pairs, ["prompts"] = judged.Length }, tokens);
        });
    }

    private IResponseJudge MakeJudge(int iteration, Model? reference, int longestRow) => _config.Spa.Judge == "random"
        ? new RandomJudge(_config.Training.Seed + ((ulong)iteration << 32))
        : new ImplicitJudge(_config.Training.Beta, reference, longestRow);

    private SampledRow[] ReadSamples(int iteration) => [.. RowReader.Read(_folder.Samples(iteration)).Select(r => SampledRow.FromJson(r.Json))];

    // A reward that was not finite is written as null.
    private static double[] Rewards(JsonObject row) => [.. row["rewards"]!.AsArray().Select(r => r?.GetValue<double>() ?? double.NaN)];

    private static JudgedRow Decide(SampledRow row, double[] rewards, string judge)
    {
        JudgedPair pair = JudgedPair.BestAgainstWorst(rewards, (a, b) => row.Responses[a].Ids.AsSpan().SequenceEqual(row.Responses[b].Ids),
            i => row.Responses[i].IsEmpty);
        return new JudgedRow(row, rewards, pair, judge);
    }
}
