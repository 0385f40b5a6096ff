using System.Text.Json.Nodes;
using Spa.Engine.Data;
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
            ["dtype"] = _context.MatrixType.ToString(),
        };
        string phase = $"{(model.Stage < 0 ? "sft" : RunFolder.StageName(model.Stage))}/evaluate";
        _state.Run(phase, inputs, [_folder.Evaluation(model.Stage)], _context.Log, _ =>
        {
            using Model policy = Load(model);
            using Model? reference = model.Stage < 0 || _data.Evaluation.Count == 0 ? null : Load(sft);
            List<EvaluatedPair> pairs = Margins(policy, reference, phase);
            var document = new JsonObject
            {
                ["stage"] = model.Stage,
                ["name"] = model.Name,
                ["measure"] = model.Stage < 0 ? "log-likelihood" : "implicit reward",
                ["accuracy"] = new JsonArray([.. PreferenceAccuracy.Compute(pairs).Select(a => ToJson(a))]),
                ["answers"] = new JsonArray([.. Answer(policy, shown)]),
            };
            AtomicFile.WriteAllText(_folder.Evaluation(model.Stage), document.ToJsonString(StageAudit.Indented) + "\n");
            return new PhaseResult(new JsonObject { ["pairs"] = pairs.Count }, pairs.Sum(p => (long)p.ChosenTokens + p.RejectedTokens));
        });
    }

    private List<EvaluatedPair> Margins(Model policy, Model? reference, string phase)
    {
        var pairs = new List<EvaluatedPair>();
        if (_data.Evaluation.Count == 0) return pairs;
        _context.Log.Progress(phase, 0, _data.Evaluation.Count, "pairs");
        using var scorer = new Scorer(policy, reference, 0, _data.Evaluation.Max(p => PackedBatch.RowsFor(p.Prompt.Length, p.Chosen.Length, p.Rejected.Length)));
        scorer.Score([.. _data.Evaluation.Select(p => new ScoreItem(p.Prompt, [p.Chosen, p.Rejected]))], (i, scores) =>
        {
            double Reward(ScoredResponse s) => s.Logp - (s.ReferenceLogp ?? 0);
            TokenizedPair pair = _data.Evaluation[i];
            pairs.Add(new EvaluatedPair(_config.Training.Beta * (Reward(scores[0]) - Reward(scores[1])), pair.Chosen.Length, pair.Rejected.Length));
            _context.Log.Progress(phase, pairs.Count, _data.Evaluation.Count, "pairs");
        }, _context.Cancel);
        return pairs;
    }

    private IReadOnlyList<LoopPrompt> Shown()
    {
        if (_data.Evaluation.Count == 0) return _data.Prompts.Count == 0 ? [] : [.. _data.Prompts[0].Take(ShownPrompts)];
        int room = _sftBundle.Config.MaxPositions - _config.Spa.Sampling.MaxNewTokens;
        return [.. _data.Evaluation.Where(p => p.Prompt.Length <= room).DistinctBy(p => string.Join(' ', p.Prompt)).Take(ShownPrompts).Select((p, i) => new LoopPrompt(i, null, p.Prompt))];
    }

    private List<JsonNode> Answer(Model model, IReadOnlyList<LoopPrompt> prompts)
    {
        var answers = new List<JsonNode>();
        if (prompts.Count == 0) return answers;
        var settings = new SamplingSettings { Temperature = 0, MaxNewTokens = _config.Spa.Sampling.MaxNewTokens, StopTokens = _sftBundle.Tokenizer.EndIds };
        using var generator = new Generator(model, settings, prompts.Max(p => p.Ids.Length));
        generator.Generate([.. prompts.Select((p, i) => new GenerationPrompt(p.Ids, (uint)i))], (i, responses) => answers.Add(new JsonObject
        {
            ["prompt"] = PromptText(prompts[i]),
            ["text"] = _sftBundle.Tokenizer.Decode(responses[0].Ids),
            ["cut"] = responses[0].FinishReason == FinishReason.Length,
        }), _context.Cancel);
        return answers;
    }

    private string PromptText(LoopPrompt prompt) => prompt.Source is JsonValue text ? text.ToString() : _sftBundle.Tokenizer.Decode(prompt.Ids);

    private static JsonObject ToJson(PreferenceAccuracy accuracy)
    {
        JsonObject json = StageAudit.ToJson(accuracy.Accuracy);
        json["bucket"] = accuracy.Bucket;
        json["pairs"] = accuracy.Pairs;
        return json;
    }
}
