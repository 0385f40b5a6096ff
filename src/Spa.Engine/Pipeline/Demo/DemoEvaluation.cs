using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Formats;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>
/// Measures models on the held-out prompts by gold: one answer each, drawn with the same seed for every model, against a fixed answer of
/// the SFT model. Each model's answers are a file in <c>gold/</c> and are drawn once.
/// </summary>
internal sealed class DemoEvaluation(RunFolder folder, DemoData data, ModelBundle sft, RunContext context)
{
    private const ulong AnswerSeed = 4242;

    private readonly DemoAnswer[][] _sftAnswers = data.ReadHeldOut();
    private readonly DemoSampler _sampler = new(sft.Tokenizer, context);
    private readonly string _dataHash = ContentHash.OfPath(Path.Combine(folder.Path, "data"));

    /// <summary>Answers by the names of the models, in the order of evaluation.</summary>
    public List<(string Name, DemoAnswer[] Answers)> Answers { get; } = [];

    /// <summary>Score of a model.</summary>
    /// <param name="state">Remembers what is done.</param>
    /// <param name="name">For people.</param>
    /// <param name="id">Name of its file.</param>
    /// <param name="model">Its folder.</param>
    /// <param name="pairs">The pairs.jsonl it was trained on, or null.</param>
    public DemoScore Score(RunState state, string name, string id, string model, string? pairs)
    {
        string path = Path.Combine(folder.Path, "gold", id + ".json"), phase = $"demo/evaluate-{id}";
        var inputs = new JsonObject
        {
            ["model"] = ContentHash.OfPath(model),
            ["sft"] = ContentHash.OfPath(sft.Path),
            ["data"] = _dataHash,
            ["dtype"] = context.Storage
        };
        state.Run(phase, inputs, [path], context.Log, _ =>
        {
            using ModelBundle bundle = ModelBundle.Open(model);
            using Model policy = context.Load(bundle);
            DemoAnswer[] drawn = [.. _sampler.Draw(policy, data.HeldOut, 1, AnswerSeed, phase).Select(a => a[0])];
            JsonObject document = new() { ["name"] = name };
            if (model != sft.Path && Judged(policy) is var (right, count)) (document["judge_right"], document["judge_pairs"]) = (right, count);
            document["answers"] = new JsonArray([.. drawn.Select(a => a.ToJson())]);
            AtomicFile.WriteAllText(path, document.ToJsonString() + "\n");
            return new PhaseResult(new JsonObject { ["prompts"] = drawn.Length }, drawn.Sum(a => (long)a.Ids.Length));
        });
        JsonObject result = JsonFiles.ReadObject(path);
        DemoAnswer[] answers = [.. result["answers"]!.AsArray().Select((a, i) => DemoAnswer.FromJson(a!, data.HeldOut[i].Fact))];
        Answers.Add((name, answers));
        DemoScore score = DemoScore.Of(name, answers, [.. _sftAnswers.Select(a => a[0])]);
        if (result["judge_pairs"] is { } judged) score = score with { Judge = Interval.Proportion(result["judge_right"]!.GetValue<double>(), judged.GetValue<int>()) };
        return pairs is null ? score : score with { Labels = Labels(pairs) };
    }

    // Which of two SFT answers has the higher implicit reward; a tie of the rewards counts half, a tie of gold not at all.
    private (double Right, int Count) Judged(Model policy)
    {
        var pairs = new List<(ScoreItem Item, int Sign)>();
        foreach ((DemoPrompt prompt, DemoAnswer[] answers) in data.HeldOut.Zip(_sftAnswers))
        {
            int sign = Math.Sign(answers[0].Gold.Score - answers[1].Gold.Score);
            if (sign != 0) pairs.Add((new ScoreItem(_sampler.Encode(prompt), [answers[0].Ids, answers[1].Ids]), sign));
        }
        if (pairs.Count == 0) return (0, 0);
        using Model reference = context.Load(sft);
        using var scorer = new Scorer(policy, reference, 0, pairs.Max(p => PackedBatch.RowsFor(p.Item.Prompt.Length, [.. p.Item.Responses.Select(r => r.Length)])));
        double right = 0;
        scorer.Score([.. pairs.Select(p => p.Item)], (i, scores) =>
        {
            double Reward(ScoredResponse s) => s.Logp - s.ReferenceLogp!.Value;
            right += (1 + Math.Sign(Reward(scores[0]) - Reward(scores[1])) * pairs[i].Sign) / 2.0;
        }, context.Cancel);
        return (right, pairs.Count);
    }

    // Of the pairs with unequal gold, the share whose chosen answer has the higher one.
    private static Interval Labels(string pairs)
    {
        Dictionary<string, DemoFact> facts = DemoTask.Prompts.ToDictionary(p => p.Text, p => p.Fact);
        int[] signs = [.. RowReader.Read(pairs).Select(r => r.Json).Where(JudgedRow.HoldsPair).Select(r =>
        {
            DemoFact fact = facts[r["prompt"]![0]!["content"]!.GetValue<string>()];
            int Gold(string field) => DemoGold.Of(r[field]!.GetValue<string>(), fact).Score;
            return Math.Sign(Gold("chosen") - Gold("rejected"));
        }).Where(sign => sign != 0)];
        return Interval.Proportion(signs.Count(sign => sign > 0), signs.Length);
    }
}
