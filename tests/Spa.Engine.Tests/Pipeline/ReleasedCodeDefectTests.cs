using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Data;
using Spa.Engine.Tests.Models;
using Spa.Engine.Tests.Support;
using Spa.Engine.Tests.Training;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>
/// The released code's defects 1 to 11 (docs/algorithm.md section 5), each as a test that it is not ours. Tests about more than one class, so beside the pipeline
/// that joins them.
/// </summary>
internal sealed partial class ReleasedCodeDefectTests
{
    [Test]
    public void Defect_01_lambda_is_applied_without_being_set_by_hand()
    {
        RunConfig defaults = RunConfig.Bind(ConfigurationFile.Parse("model_name_or_path: m\noutput_dir: o\nspa: {seed_dataset: s, prompts: [a, b, c], iterations: 3}", "c.yaml"), ConfigurationStage.Run, out _);
        Assert.That(Enumerable.Range(1, 3).Select(t => TrainingSetup.Refinement(defaults.Spa, t).Extrapolation), Is.EqualTo(new[] { 0.5, 0.25, 0.125 }), "the paper's, one per iteration");
        // And it reaches the numbers: the extrapolated margins of the same data differ from the plain ones.
        using TrainingBench with = new(refinement: TrainingBench.Refinement), without = new(refinement: TrainingBench.Refinement with { Extrapolation = 0 });
        Assert.That(First(with, "spa/ext_margin"), Is.Not.EqualTo(First(without, "spa/ext_margin")).Within(1e-4));
        Assert.That(First(with, "rewards/margins"), Is.EqualTo(First(without, "rewards/margins")), "D is the same");
    }

    [Test]
    public void Defect_02_quantile_is_over_pairs_and_saved()
    {
        using var backend = new CpuBackend();
        using TensorBox box = new(backend);
        NoiseState rule = new(NoiseRule.Quantile, 0.25, 4, box.Arena(1 << 12)), restored = new(NoiseRule.Quantile, 0.25, 4, box.Arena(1 << 12));
        rule.Reset(backend);
        // beta 1 and margins -8, 0, 0, 8.
        Tensor scores = box.Doubles([.. new double[] { -8, 0, 0, 8 }.SelectMany(margin => new[] { 0, 0, 0, 0, margin, 0 })], 4, PairColumns.Scores);
        backend.NoiseFlag(box.PoisonedDoubles(4, 1), box.PoisonedInts(4, 1), rule, scores, box.Ints(0, 1, 2, 3), 1);
        backend.NoiseEndUpdate(rule);
        Assert.That(box.ReadDoubles(rule.Threshold)[0], Is.EqualTo(-2), "of the four pairs; their mean would be one value, 0");
        restored.Restore(backend, rule.Save(backend));
        Assert.That(box.ReadDoubles(restored.Threshold)[0], Is.EqualTo(-2));
    }

    [Test]
    public void Defect_03_odd_K_loses_no_response([Values(3, 5)] int samples)
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute(overrides: [$"spa.samples_per_prompt={samples}", "spa.iterations=1"]);
        foreach (JsonObject row in Lines(folder.Samples(1))) Assert.That(row["responses"]!.AsArray(), Has.Count.EqualTo(samples));
        JsonObject[] judged = Lines(folder.Pairs(1));
        foreach (JsonObject row in judged) Assert.That(row["rewards"]!.AsArray(), Has.Count.EqualTo(samples));
        int[] chosen = [.. judged.Where(r => r["outcome"]!.GetValue<string>() == "pair").Select(r => Array.IndexOf(Rewards(r), Rewards(r).Max()))];
        Assert.That(chosen, Does.Contain(samples - 1), "the last response is chosen somewhere");
    }

    [Test]
    public void Defect_04_rows_are_appended_by_one_writer_to_a_file_of_its_own()
    {
        using TinyRun tiny = new();
        string target = tiny.In("rows.jsonl"), key = new('a', 64);
        using var first = new PartialRows(target, key);
        first.Append(new JsonObject { ["row"] = 1 });
        Assert.That(() => new PartialRows(target, key), Throws.TypeOf<SpaException>().With.Message.Contains("is another run working in this folder?"));
        long before = new FileInfo(Directory.GetFiles(tiny.Root, "rows.jsonl.partial-*").Single()).Length;
        first.Append(new JsonObject { ["row"] = 2 });
        Assert.That(new FileInfo(Directory.GetFiles(tiny.Root, "rows.jsonl.partial-*").Single()).Length, Is.EqualTo(before + """{"row":2}""".Length + 1), "a row adds its bytes, no more");
    }

    [TestCase("run.json")]
    [TestCase("json-o.n.s")]
    [TestCase("nos.j")]
    public void Defect_05_names_are_kept_letter_for_letter(string name)
    {
        using TinyRun tiny = new();
        Assert.That(new RunFolder(tiny.In(name)).Path, Is.EqualTo(tiny.In(name)));
        string rows = tiny.In(name + ".jsonl");
        File.Copy(tiny.In("seed.jsonl"), rows);
        RunConfig config = tiny.Config($"spa.seed_dataset={rows}", $"output_dir={tiny.In(name)}");
        Assert.That(config.Spa.SeedDataset, Is.EqualTo(rows));
        Assert.That(config.Training.OutputDir, Is.EqualTo(tiny.In(name)));
    }

    [Test]
    public void Defect_06_scored_tokens_are_the_sampled_ones_without_header_or_second_end()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute();
        for (int t = 1; t <= 2; t++)
        {
            foreach ((JsonObject sampled, JsonObject judged) in Lines(folder.Samples(t)).Zip(Lines(folder.Pairs(t))))
            {
                if (judged["outcome"]!.GetValue<string>() != "pair") continue;
                string[] responses = [.. sampled["responses"]!.AsArray().Select(r => r!["ids"]!.ToJsonString())];
                Assert.That(responses, Does.Contain(judged["chosen_ids"]!.ToJsonString()).And.Contain(judged["rejected_ids"]!.ToJsonString()));
                Assert.That(judged["prompt_ids"]!.ToJsonString(), Is.EqualTo(sampled["prompt_ids"]!.ToJsonString()));
                Assert.That(Ids(judged["chosen_ids"]).Count(id => id == 1), Is.LessThanOrEqualTo(1), "at most one end token");
            }
        }
        // The prompt of a conversation ends with the assistant's header: it is not part of any response.
        using ModelBundle bundle = ModelBundle.Open(tiny.ModelPath);
        int[] prompt = Ids(Lines(folder.Samples(2)).First(r => r["prompt"] is JsonArray)["prompt_ids"]);
        Assert.That(bundle.Tokenizer.Tokenizer.Decode(prompt, skipSpecialTokens: false), Does.EndWith("<|turn|>assistant\n"));
    }

    [Test]
    public void Defect_07_one_BOS_and_none_where_the_tokenizer_has_none()
    {
        var rows = new RowTokenization(new CharTokenizer(), Truncation.None, new RowReport());
        using TinyRun tiny = new();
        File.WriteAllText(tiny.In("p.jsonl"), """{"prompt": [{"role": "user", "content": "x"}]}""" + "\n" + """{"prompt": "x"}""" + "\n" + """{"prompt": "<bos>x"}""");
        foreach (PromptRow row in Rows.ReadPrompts(tiny.In("p.jsonl"), new RowReport()))
            Assert.That(rows.Prompt(row, 1)!.Tokens.Count(id => id == CharTokenizer.Bos), Is.EqualTo(1), "written by the template, by the tokenizer, by the text");
        using ModelBundle bundle = ModelBundle.Open(tiny.ModelPath);
        Assert.That(bundle.Tokenizer.BosId, Is.Null, "this tokenizer has none");
        var own = new RowTokenization(bundle.Tokenizer, Truncation.None, new RowReport());
        foreach (PromptRow row in Rows.ReadPrompts(tiny.In("x2.jsonl"), new RowReport())) Assert.That(own.Prompt(row, 1)!.Tokens, Is.All.InRange(0, 289));
    }

    [Test]
    public void Defect_08_cut_responses_get_no_end_token()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute();
        var cut = new HashSet<string>();
        foreach (JsonNode? response in Lines(folder.Samples(1)).SelectMany(r => r["responses"]!.AsArray()))
        {
            int[] ids = Ids(response!["ids"]);
            bool length = response["finish_reason"]!.GetValue<string>() == "length";
            Assert.That(ids[^1] == 1, Is.EqualTo(!length));
            if (length) cut.Add(response["ids"]!.ToJsonString());
        }
        Assert.That(cut, Is.Not.Empty);
        string[] trained = [.. Lines(folder.Pairs(1)).Where(r => r.ContainsKey("chosen_ids")).SelectMany(r => new[] { r["chosen_ids"]!.ToJsonString(), r["rejected_ids"]!.ToJsonString() })];
        Assert.That(trained.Any(cut.Contains), "cut responses are trained on as they are");
    }

    [Test]
    public void Defect_09_identical_or_empty_responses_give_no_label()
    {
        SampledResponse Response(params int[] ids) => new(ids, "", [.. ids.Select(i => -(float)i)], ids.Contains(1) ? FinishReason.Stop : FinishReason.Length);
        JudgedRow Judge(params SampledResponse[] responses)
        {
            var row = new SampledRow(0, null, [5], responses);
            JudgedPair pair = JudgedPair.BestAgainstWorst([.. responses.Select((_, i) => (double)i)], (a, b) => responses[a].Ids.AsSpan().SequenceEqual(responses[b].Ids), i => responses[i].IsEmpty);
            return new JudgedRow(row, [.. responses.Select((_, i) => (double)i)], pair, "implicit");
        }

        JudgedRow identical = Judge(Response(7, 1), Response(7, 1)), empty = Judge(Response(7, 1), Response(1));
        Assert.Multiple(() =>
        {
            Assert.That(identical.ToJson()["outcome"]!.GetValue<string>(), Is.EqualTo("identical"));
            Assert.That(empty.ToJson()["outcome"]!.GetValue<string>(), Is.EqualTo("empty"));
            foreach (JudgedRow row in new[] { identical, empty }) Assert.That(row.ToJson().ContainsKey("chosen_ids"), Is.False);
            JsonObject audit = StageAudit.OfJudgement([identical, empty, Judge(Response(7, 1), Response(8, 1))], 0.1, 0, true);
            Assert.That(audit["outcomes"]!.ToJsonString(), Is.EqualTo("""{"pair":1,"identical":1,"empty":1,"tie":0,"filtered":0,"notfinite":0}"""), "they are counted");
        });
    }

    [Test]
    public void Defect_10_system_turns_and_conversations_stay_in_the_prompt_that_is_judged_and_trained()
    {
        using TinyRun tiny = new();
        File.WriteAllText(tiny.In("x1.jsonl"), """
            {"prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "river"}, {"role": "assistant", "content": "stone"}, {"role": "user", "content": "light"}]}
            {"prompt": [{"role": "user", "content": "paper stone"}]}
            {"prompt": [{"role": "user", "content": "green light"}]}
            """);
        RunFolder folder = tiny.Execute(overrides: ["spa.iterations=1"]);
        using ModelBundle bundle = ModelBundle.Open(tiny.ModelPath);
        const string Rendered = "<|turn|>system\nBe brief.<|end|>\n<|turn|>user\nriver<|end|>\n<|turn|>assistant\nstone<|end|>\n<|turn|>user\nlight<|end|>\n<|turn|>assistant\n";
        int[] sampled = Ids(Lines(folder.Samples(1))[0]["prompt_ids"]);
        Assert.That(bundle.Tokenizer.Tokenizer.Decode(sampled, skipSpecialTokens: false), Is.EqualTo(Rendered));
        foreach (JsonObject row in Lines(folder.Pairs(1)).Where(r => r["index"]!.GetValue<int>() == 0 && r.ContainsKey("prompt_ids"))) Assert.That(Ids(row["prompt_ids"]), Is.EqualTo(sampled));
        Assert.That(Lines(folder.Samples(1))[0]["prompt"]!.AsArray(), Has.Count.EqualTo(4), "the turns stay turns in the file");
    }

    [Test]
    public void Defect_11_responses_are_never_tokenised_again()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute();
        using ModelBundle bundle = ModelBundle.Open(tiny.ModelPath);
        JsonNode[] responses = [.. Lines(folder.Samples(1)).SelectMany(r => r["responses"]!.AsArray()).Select(r => r!)];
        int changed = responses.Count(r => !bundle.Tokenizer.Encode(r["text"]!.GetValue<string>(), false).SequenceEqual(Ids(r["ids"]).Where(id => id > 1)));
        Assert.That(changed, Is.Positive, "a random model draws token sequences that its own text does not give back, so the test would notice");
        string[] drawn = [.. responses.Select(r => r["ids"]!.ToJsonString())];
        foreach (JsonObject row in Lines(folder.Pairs(1)).Where(r => r.ContainsKey("chosen_ids"))) Assert.That(drawn, Does.Contain(row["chosen_ids"]!.ToJsonString()));
        // Judged and trained with the sampler's own log-probs: what the scorer makes of the same tokens differs in no bit.
        foreach (PhaseRecord phase in new RunState(folder.State, null).Phases.Where(p => p.Name.EndsWith("sample", StringComparison.Ordinal)))
            Assert.That(phase.Summary["sampler_scorer_difference"]!.GetValue<double>(), Is.Zero);
    }

    private static double First(TrainingBench bench, string metric)
    {
        var metrics = new MetricSums(bench.Task.MetricNames);
        bench.Task.BeginUpdate([0, 1], new UpdateContext(5, 10, 1));
        bench.Task.RunMicroBatch([0, 1], metrics);
        bench.Task.EndUpdate(metrics);
        return metrics[bench.Task.MetricNames.ToList().IndexOf(metric)];
    }

    private static JsonObject[] Lines(string path) => [.. File.ReadLines(path).Select(l => JsonNode.Parse(l)!.AsObject())];

    private static int[] Ids(JsonNode? array) => [.. array!.AsArray().Select(x => x!.GetValue<int>())];

    private static double[] Rewards(JsonObject row) => [.. row["rewards"]!.AsArray().Select(r => r!.GetValue<double>())];
}
