using System.Text.Json.Nodes;
using Spa.Engine.Evaluation;
using Spa.Engine.Formats;
using Spa.Engine.Generation;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline;

public sealed partial class SpaRun
{
    // Prompts that every stage answers for the report.
    private const int ShownPrompts = 6;

    /// <summary>
    /// Agreement of the stage's implicit reward with held-out labels, and its greedy answers to a few prompts. For pi_sft, whose implicit reward
    /// is 0 everywhere, the plain log-likelihood stands in.
    /// </summary>
    private void Evaluate(StageModel model, StageModel sft)
    {
        IReadOnlyList<LoopPrompt> shown = Shown();
        var inputs = new JsonObject
        {
            ["model"] = model.Key,
            ["reference"] = sft.Key,
            ["pairs"] = LoopData.Hash(_data.Evaluation),
            ["shown"] = LoopData.Hash(shown),
            ["max_new_tokens"] = _config.Spa.Sampling.MaxNewTokens,
            ["beta"] = _config.Training.Beta,
            ["dtype"] = _context.Storage,
        };
        string phase = $"{(model.Stage < 0 ? "sft" : RunFolder.StageName(model.Stage))}/evaluate";
        _state.Run(phase, inputs, [_folder.Evaluation(model.Stage)], _context.Log, key =>
        {
            using var rows = new PartialRows(_folder.EvaluationRows(model.Stage), key);
            using Model policy = Load(model);
            using Model? reference = model.Stage < 0 || _data.Evaluation.Count == 0 ? null : Load(sft, policy);
            EvaluatedPair[] pairs = [.. PairScores.Run(policy, reference, _data.Evaluation, rows, _context, phase).Select(s => s.Evaluated(_config.Training.Beta))];
            List<JsonObject> answers = Answer(policy, shown, rows, phase);
            var document = new JsonObject
            {
                ["stage"] = model.Stage,
                ["name"] = model.Name,
                ["measure"] = model.Stage < 0 ? "log-likelihood" : "implicit reward",
                ["accuracy"] = new JsonArray([.. PreferenceAccuracy.Compute(pairs).Select(StageAudit.ToJson)]),
                ["answers"] = new JsonArray([.. answers.Select(a => a.DeepClone())]),
            };
            rows.Commit();
            AtomicFile.WriteAllText(_folder.Evaluation(model.Stage), document.ToJsonString(StageAudit.Indented) + "\n");
            return new PhaseResult(new JsonObject { ["pairs"] = pairs.Length }, pairs.Sum(p => (long)p.ChosenTokens + p.RejectedTokens));
        });
    }

    private IReadOnlyList<LoopPrompt> Shown()
    {
        if (_data.Evaluation.Count == 0) return _data.Prompts.Count == 0 ? [] : [.. _data.Prompts[0].Take(ShownPrompts)];
        int room = _sftBundle.Config.MaxPositions - _config.Spa.Sampling.MaxNewTokens;
        return [.. _data.Evaluation.Zip(_data.EvaluationPrompts).Where(p => p.First.Prompt.Length <= room).DistinctBy(p => string.Join(' ', p.First.Prompt))
            .Take(ShownPrompts)
            .Select((p, i) => new LoopPrompt(i, PromptJson.Of(p.Second), p.First.Prompt))];
    }

    // The answers stand behind the pairs' rows.
    private List<JsonObject> Answer(Model model, IReadOnlyList<LoopPrompt> prompts, PartialRows rows, string phase)
    {
        List<JsonObject> answers = [.. rows.Existing.Skip(_data.Evaluation.Count)];
        int first = answers.Count;
        if (first == prompts.Count) return answers;
        var settings = new SamplingSettings { Temperature = 0, MaxNewTokens = _config.Spa.Sampling.MaxNewTokens, StopTokens = _sftBundle.Tokenizer.EndIds };
        using var generator = new Generator(model, settings, prompts.Max(p => p.Ids.Length));
        _context.Log.Progress(phase, first, prompts.Count, "answers");
        generator.Generate([.. prompts.Skip(first).Select((p, i) => new GenerationPrompt(p.Ids, (uint)(first + i)))], (i, responses) =>
        {
            var answer = new JsonObject
            {
                ["prompt"] = PromptJson.Shown(prompts[first + i], _sftBundle.Tokenizer),
                ["text"] = _sftBundle.Tokenizer.Decode(responses[0].Ids),
                ["cut"] = responses[0].FinishReason == FinishReason.Length,
            };
            rows.Append(answer);
            answers.Add(answer);
            _context.Log.Progress(phase, answers.Count, prompts.Count, "answers");
        }, _context.Cancel);
        return answers;
    }
}
