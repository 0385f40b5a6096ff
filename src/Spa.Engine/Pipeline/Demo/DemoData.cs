using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>
/// The rows of a demo as files: labelled seed pairs, prompts of each iteration, and held-out prompts with two SFT answers each. Held-out
/// prompts are the same for every seed; the seed decides which of the others go where.
/// </summary>
internal sealed class DemoData
{
    // Answers with equal gold make no pair: so many prompts per wanted pair.
    private const int CandidatesPerPair = 3;

    // Held-out prompts and their SFT answers are what every run is measured against.
    private const ulong HeldOutSeed = 777;

    private const uint HeldOutStream = 10, PromptStream = 11, LabelStream = 12, NarrowStream = 13;

    // Seed pairs are drawn apart from the iterations, whose sampling seeds differ from the run's in the same upper half (SpaRun).
    private const ulong SeedPairDraws = 1UL << 56;

    private readonly DemoOptions _options;
    private readonly string _folder;
    private readonly DemoPrompt[] _candidates;
    private readonly List<DemoPrompt[]> _iterations = [];

    public DemoData(string folder, DemoOptions options)
    {
        (_folder, _options) = (folder, options);
        DemoPrompt[] all = new DemoRandom(HeldOutSeed, HeldOutStream).Shuffle(DemoTask.Prompts);
        DemoPrompt[] wide = options.Narrow ? [.. all.Where(p => !DemoTask.IsAboutColour(p))] : all;
        HeldOut = wide[..options.HeldOut];
        DemoPrompt[] rest = new DemoRandom(options.Seed, PromptStream).Shuffle(wide[options.HeldOut..]);
        int candidates = CandidatesPerPair * options.SeedPairs, used = options.Narrow ? 0 : candidates;
        _candidates = Take(options.Narrow ? new DemoRandom(options.Seed, NarrowStream).Shuffle(all.Where(DemoTask.IsAboutColour)) : rest, 0, candidates, "labelled pairs");
        foreach (int count in options.Prompts)
        {
            _iterations.Add(Take(rest, used, count, "iterations"));
            used += count;
        }
    }

    public DemoPrompt[] HeldOut { get; }

    public string SeedPath => In("seed.jsonl");

    /// <summary>Held-out pairs of SFT answers, the one with the higher gold chosen.</summary>
    public string EvaluationPath => In("eval.jsonl");

    public IReadOnlyList<string> PromptPaths => [.. Enumerable.Range(1, _iterations.Count).Select(t => In($"x{t}.jsonl"))];

    private string HeldOutPath => In("held-out.jsonl");

    /// <summary>Samples and writes everything that is not there yet.</summary>
    public PhaseRecord Write(RunState state, ModelBundle bundle, RunContext context)
    {
        var inputs = new JsonObject
        {
            ["model"] = ContentHash.OfPath(bundle.Path),
            ["seed"] = _options.Seed,
            ["sizes"] = string.Join(' ', [_options.SeedPairs, _options.HeldOut, .. _options.Prompts]),
            ["dtype"] = context.Storage,
            ["noise"] = _options.LabelNoise,
            ["narrow"] = _options.Narrow,
        };
        return state.Run("demo/data", inputs, [SeedPath, EvaluationPath, HeldOutPath, .. PromptPaths], context.Log, _ =>
        {
            using Model model = context.Load(bundle);
            var sampler = new DemoSampler(bundle.Tokenizer, context);
            int pairs = WriteSeed(sampler.Draw(model, _candidates, 2, _options.Seed + SeedPairDraws, "demo/seed pairs"));
            WriteHeldOut(sampler.Draw(model, HeldOut, 2, HeldOutSeed, "demo/held-out answers"));
            foreach ((string path, DemoPrompt[] prompts) in PromptPaths.Zip(_iterations))
                RowWriter.WriteAll(path, prompts.Select(p => new JsonObject { ["prompt"] = DemoTask.PromptTurns(p.Text) }));
            return new PhaseResult(new JsonObject { ["pairs"] = pairs });
        });
    }

    /// <summary>Two SFT answers per held-out prompt: the first is what models are compared with.</summary>
    /// <exception cref="SpaException">The file was changed since.</exception>
    public DemoAnswer[][] ReadHeldOut()
    {
        JsonArray[] rows = [.. RowReader.Read(HeldOutPath).Select(row => row.Json["responses"]!.AsArray())];
        if (rows.Length != HeldOut.Length)
            throw new SpaException($"{HeldOutPath}: expected {HeldOut.Length} rows, found {rows.Length}; delete the folder and run the demo again");
        return [.. rows.Zip(HeldOut, (row, prompt) => row.Select(r => DemoAnswer.FromJson(r!, prompt.Fact)).ToArray())];
    }

    // A person who errs at times says which of two answers is better.
    private int WriteSeed(DemoAnswer[][] answers)
    {
        var random = new DemoRandom(_options.Seed, LabelStream);
        JsonObject[] rows = [.. _candidates.Zip(answers).Where(c => c.Second[0].Gold.Score != c.Second[1].Gold.Score).Take(_options.SeedPairs).Select(c =>
            Pair(c.First, c.Second, random.Uniform() < _options.LabelNoise))];
        if (rows.Length == 0)
            throw new SpaException("the demo's SFT model gives only answers of equal worth, so there is no pair to learn from; is assets/demo-model damaged?");
        RowWriter.WriteAll(SeedPath, rows);
        return rows.Length;
    }

    private void WriteHeldOut(DemoAnswer[][] answers)
    {
        RowWriter.WriteAll(HeldOutPath, HeldOut.Zip(answers, (p, a) =>
            new JsonObject { ["prompt"] = DemoTask.PromptTurns(p.Text), ["responses"] = new JsonArray([.. a.Select(x => x.ToJson())]) }));
        RowWriter.WriteAll(EvaluationPath, HeldOut.Zip(answers).Where(c => c.Second[0].Gold.Score != c.Second[1].Gold.Score)
            .Select(c => Pair(c.First, c.Second, flipped: false)));
    }

    private static JsonObject Pair(DemoPrompt prompt, DemoAnswer[] answers, bool flipped)
    {
        bool first = answers[0].Gold.Score > answers[1].Gold.Score != flipped;
        (DemoAnswer chosen, DemoAnswer rejected) = first ? (answers[0], answers[1]) : (answers[1], answers[0]);
        return new JsonObject
        {
            ["prompt"] = DemoTask.PromptTurns(prompt.Text),
            ["chosen"] = DemoTask.AnswerTurns(chosen.Text),
            ["rejected"] = DemoTask.AnswerTurns(rejected.Text)
        };
    }

    private static DemoPrompt[] Take(DemoPrompt[] prompts, int first, int count, string what) => first + count <= prompts.Length ? prompts[first..(first + count)]
        : throw new UsageException($"the demo's task has {prompts.Length} prompts for this part, {first + count} are asked for by its {what}; ask for fewer");

    private string In(string name) => Path.Combine(_folder, "data", name);
}
