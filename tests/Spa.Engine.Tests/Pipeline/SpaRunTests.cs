using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>The whole loop on a tiny model: what it leaves, what it does again and what not, and that stopping it changes nothing.</summary>
internal sealed class SpaRunTests
{
    private static readonly string[] s_allPhases =
    [
        "sft/evaluate", "stage-0-seed/reference", "stage-0-seed/train", "stage-0-seed/evaluate", "stage-1/sample", "stage-1/judge", "stage-1/train", "stage-1/audit",
        "stage-1/evaluate", "stage-2/sample", "stage-2/judge", "stage-2/train", "stage-2/audit", "stage-2/evaluate",
    ];

    [Test]
    public void A_run_leaves_the_files_of_the_contract()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute();
        string[] expected =
        [
            "config.yaml", "run.json", "metrics.jsonl", "report.html", "stage-0-seed/model/config.json", "stage-0-seed/model/model.safetensors", "stage-0-seed/trainer_state.json",
            "stage-1/samples.jsonl", "stage-1/pairs.jsonl", "stage-1/audit.json", "stage-1/model/model.safetensors", "stage-1/model/README.md", "stage-1/margins.jsonl", "stage-1/model/tokenizer.json", "stage-1/model/chat_template.jinja",
            "stage-2/samples.jsonl", "stage-2/pairs.jsonl", "stage-2/audit.json", "stage-2/model/model.safetensors", "stage-2/evaluation.json",
        ];
        Assert.Multiple(() =>
        {
            foreach (string name in expected) Assert.That(Path.Combine(folder.Path, name), Does.Exist);
            Assert.That(Directory.GetFiles(folder.TensorBoard), Is.Not.Empty);
            Assert.That(Directory.GetFiles(folder.Path, "*partial*", SearchOption.AllDirectories), Is.Empty);
            Assert.That(Directory.GetDirectories(folder.Path, "checkpoints", SearchOption.AllDirectories), Is.Empty, "finished stages keep no checkpoints");
            Assert.That(new RunState(folder.State, null).Phases.Select(p => p.Name), Is.EqualTo(s_allPhases));
            Assert.That(File.ReadAllText(folder.Report), Does.Contain("engine").And.Contain("Seed DPO"), "the report shows what it ran on");
        });
        using var backend = new CpuBackend();
        using ModelBundle bundle = ModelBundle.Open(folder.Model(2));
        using Model model = bundle.Load(backend, DType.Float32);
        Assert.That(bundle.Tokenizer.EndIds, Is.EqualTo(new[] { 1 }));
        Assert.That(TinyRun.Outcome(folder.Path)["stage-1/model/model.safetensors"], Is.Not.EqualTo(TinyRun.Outcome(folder.Path)["stage-2/model/model.safetensors"]));
    }

    [Test]
    public void Running_again_does_nothing_and_changed_settings_redo_only_what_depends_on_them()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute();
        SortedDictionary<string, string> before = TinyRun.Outcome(folder.Path);

        Assert.That(Redone(tiny), Is.Empty);
        Assert.That(TinyRun.Outcome(folder.Path), Is.EqualTo(before));

        Assert.That(Redone(tiny, "logging_steps=1", "save_steps=1", "gradient_checkpointing=true"), Is.Empty, "they change no weight");
        Assert.That(Redone(tiny, "spa.label_smoothing=0.2"), Is.EqualTo(s_allPhases[6..]));
        Assert.That(Redone(tiny), Has.Length.EqualTo(8));
        Assert.That(TinyRun.Outcome(folder.Path), Is.EqualTo(before), "back at the first settings with the first results");
        Assert.That(Redone(tiny, "spa.extrapolation=[0.5, 0.3]"), Is.EqualTo(new[] { "stage-2/train", "stage-2/audit", "stage-2/evaluate" }));
    }

    [Test]
    public void A_missing_output_is_made_again_with_the_same_bytes()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute();
        SortedDictionary<string, string> before = TinyRun.Outcome(folder.Path);
        Directory.Delete(folder.Model(2), recursive: true);
        File.Delete(folder.Samples(1));
        Assert.That(Redone(tiny), Is.EqualTo(new[] { "stage-1/sample", "stage-2/train" }));
        Assert.That(TinyRun.Outcome(folder.Path), Is.EqualTo(before));
    }

    [Test]
    public void Cancelled_at_any_report_of_progress_a_run_goes_on_with_the_same_bits()
    {
        using TinyRun whole = new();
        var count = new CollectingLog(_ => { });
        SortedDictionary<string, string> expected = TinyRun.Outcome(whole.Execute(count).Path);
        using TinyRun stopped = new();
        int attempts = 0;
        for (bool finished = false; !finished; attempts++)
        {
            using var cancel = new CancellationTokenSource();
            var log = new CollectingLog(n =>
            {
                // The first report of an attempt says where it goes on. Not always the same number, so that stops fall into every phase.
                if (n == 2 + attempts % 4) cancel.Cancel();
            });
            try
            {
                stopped.Execute(log, cancel.Token);
                finished = true;
            }
            catch (OperationCanceledException)
            {
                Assert.That(attempts, Is.LessThan(200), "every attempt must get further");
            }
        }
        Assert.That(attempts, Is.GreaterThan(6), $"of {count.Reports} reports");
        AssertSame(TinyRun.Outcome(stopped.OutputPath), expected);
    }

    [TestCase("sft/evaluate", 3, "pairs", 7)]
    [TestCase("sft/evaluate", 10, "answers", 6)]
    [TestCase("stage-0-seed/reference", 5, "pairs", 11)]
    [TestCase("stage-2/evaluate", 2, "pairs", 7)]
    public void Torn_down_inside_a_batch_scoring_goes_on_behind_the_last_row(string phase, int report, string unit, int total)
    {
        using TinyRun whole = new(), torn = new();
        SortedDictionary<string, string> expected = TinyRun.Outcome(whole.Execute().Path);
        var first = new ProgressLog(phase, report);
        Assert.That(() => torn.Execute(first), Throws.TypeOf<TimeoutException>());
        var second = new ProgressLog(phase, -1);
        RunFolder folder = torn.Execute(second);
        Assert.That(second.Reports[0], Is.EqualTo(first.Reports[^1]), "the first report is where the first attempt ended");
        Assert.That((second.Reports[0].Total, second.Reports[0].Unit), Is.EqualTo(((long)total, unit)));
        AssertSame(TinyRun.Outcome(folder.Path), expected);
    }

    [Test]
    public void Prompts_are_shown_as_they_stand_in_the_data()
    {
        using TinyRun tiny = new();
        JsonObject Turn(string role, string content) => new() { ["role"] = role, ["content"] = content };
        JsonArray talk = [Turn("system", "Be brief."), Turn("user", TinyRun.Sentence(1)), Turn("assistant", TinyRun.Sentence(2)), Turn("user", TinyRun.Sentence(3))];
        File.WriteAllLines(tiny.In("held-out.jsonl"),
        [
            new JsonObject { ["prompt"] = talk, ["chosen"] = new JsonArray(Turn("assistant", TinyRun.Sentence(4))), ["rejected"] = new JsonArray(Turn("assistant", TinyRun.Sentence(5))) }.ToJsonString(),
            new JsonObject { ["prompt"] = "Plain text?", ["chosen"] = " yes", ["rejected"] = " no" }.ToJsonString(),
            new JsonObject { ["prompt_ids"] = new JsonArray(70, 71, 72), ["chosen_ids"] = new JsonArray(5, 1), ["rejected_ids"] = new JsonArray(6, 1) }.ToJsonString(),
        ]);
        RunFolder folder = tiny.Execute(overrides: ["spa.iterations=0"]);
        JsonArray answers = JsonNode.Parse(File.ReadAllText(folder.Evaluation(0)))!["answers"]!.AsArray();
        string html = File.ReadAllText(folder.Report);
        Assert.Multiple(() =>
        {
            Assert.That(JsonNode.DeepEquals(answers[0]!["prompt"], talk), Is.True);
            Assert.That(answers[1]!["prompt"]!.GetValue<string>(), Is.EqualTo("Plain text?"));
            Assert.That(answers[2]!["prompt"]!.GetValue<string>(), Is.Not.Empty, "decoded");
            Assert.That(html, Does.Contain($"<span>system</span></p><p class=\"text\" dir=\"auto\">Be brief.</p>").And.Contain($"dir=\"auto\">{TinyRun.Sentence(3)}</p>"));
        });
    }

    [Test]
    public void Pairs_that_are_made_again_keep_what_training_flagged_among_them()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute();
        SortedDictionary<string, string> before = TinyRun.Outcome(folder.Path);
        Assert.That(File.ReadAllText(folder.Audit(1)), Does.Contain("extrapolated_margins"));
        File.Delete(folder.Pairs(1));
        Assert.That(Redone(tiny), Is.EqualTo(new[] { "stage-1/judge" }));
        Assert.That(TinyRun.Outcome(folder.Path), Is.EqualTo(before));
    }

    [Test]
    public void Reference_log_probs_are_not_made_again_for_other_settings_of_training_or_when_training_is_done()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute();
        Assert.That(Redone(tiny, "spa.seed_num_train_epochs=1"), Does.Contain("stage-0-seed/train").And.Not.Contain("stage-0-seed/reference"));
        File.Delete(folder.ReferenceLogProbs(0));
        Assert.That(Redone(tiny, "spa.seed_num_train_epochs=1"), Is.Empty);
        Assert.That(folder.ReferenceLogProbs(0), Does.Not.Exist);
    }

    [Test]
    public void Numbers_that_are_logged_are_the_numbers_that_were_computed()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute();
        JsonObject[] lines = [.. File.ReadLines(folder.Metrics).Select(l => JsonNode.Parse(l)!.AsObject())];
        JsonObject first = lines[0];
        Assert.That(lines.Select(l => l["stage"]!.GetValue<string>()).Distinct(), Is.EqualTo(new[] { "stage-0-seed", "stage-1", "stage-2" }));
        foreach (JsonObject line in lines)
        {
            double Get(string key) => line[key]!.GetValue<double>();
            Assert.That(Get("rewards/margins"), Is.EqualTo(Get("rewards/chosen") - Get("rewards/rejected")).Within(1e-12));
            Assert.That(Get("rewards/accuracies"), Is.InRange(0, 1));
            Assert.That(line.ContainsKey("spa/alpha"), Is.EqualTo(line["stage"]!.GetValue<string>() != "stage-0-seed"));
        }
        Assert.That(first["step"]!.GetValue<int>(), Is.EqualTo(3));
    }

    [Test]
    public void A_judge_against_the_previous_model_uses_the_model_before_the_sampler()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute(overrides: ["spa.judge_reference=previous"]);
        using var backend = new CpuBackend(new CpuOptions { Threads = 2 });
        // Iteration 1 samples from pi_0, so pi_sft is before it; iteration 2 samples from pi_1 with pi_0 before it.
        foreach ((int iteration, string reference) in new[] { (1, tiny.ModelPath), (2, folder.Model(0)) })
        {
            using ModelBundle bundle = ModelBundle.Open(reference);
            using Model model = bundle.Load(backend, DType.Float32);
            using var scorer = new Scorer(model, null, 0, 200);
            SampledRow[] rows = [.. File.ReadLines(folder.Samples(iteration)).Select(l => SampledRow.FromJson(JsonNode.Parse(l)!.AsObject()))];
            JsonObject[] judged = [.. File.ReadLines(folder.Pairs(iteration)).Select(l => JsonNode.Parse(l)!.AsObject())];
            scorer.Score([.. rows.Select(r => new ScoreItem(r.PromptIds, [.. r.Responses.Select(s => s.Ids)]))], (i, s) =>
                Assert.That(judged[i]["rewards"]!.AsArray().Select(x => x!.GetValue<double>()), Is.EqualTo(rows[i].Responses.Zip(s, (a, b) => 0.1 * (a.Logp - b.Logp))), $"iteration {iteration}"));
        }
    }

    [TestCase("sft")]
    [TestCase("previous")]
    public void Without_seed_pairs_a_judge_against_the_first_model_itself_is_refused_at_once(string reference)
    {
        using TinyRun tiny = new();
        Assert.That(() => tiny.Execute(overrides: ["spa.seed_dataset=null", $"spa.judge_reference={reference}"]), Throws.TypeOf<UsageException>().With.Message.EqualTo(
            $"'spa.seed_dataset' is missing: with 'spa.judge_reference: {reference}' the first model would be judged against itself and every reward be 0; give seed pairs, or 'spa.judge_reference: none'"));
        Assert.That(tiny.OutputPath, Does.Not.Exist);
    }

    [Test]
    public void Without_seed_pairs_the_loop_begins_at_the_sft_model()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute(overrides: ["spa.seed_dataset=null", "spa.judge_reference=none"]);
        Assert.That(folder.Stage(0), Does.Not.Exist);
        Assert.That(folder.Model(2), Does.Exist);
    }

    internal static void AssertSame(SortedDictionary<string, string> actual, SortedDictionary<string, string> expected)
    {
        Assert.That(actual.Keys, Is.EqualTo(expected.Keys));
        Assert.Multiple(() =>
        {
            foreach ((string name, string content) in expected) Assert.That(actual[name], Is.EqualTo(content), name);
        });
    }

    // Phases that a run did: those with progress, or that it says to do again.
    private static string[] Redone(TinyRun tiny, params string[] overrides)
    {
        var log = new CollectingLog();
        tiny.Execute(log, overrides: overrides);
        return [.. s_allPhases.Where(p => log.Phases.Contains(p) || log.Notices.Any(n => n.StartsWith(p + ": its ", StringComparison.Ordinal)))];
    }

    // Fails at one report of a phase, as if the process had died there.
    private sealed class ProgressLog(string phase, int report) : RunLog
    {
        public List<(long Done, long Total, string Unit)> Reports { get; } = [];

        public override void Notice(string message) { }

        public override void Progress(string current, long done, long total, string unit, string detail = "")
        {
            if (current != phase) return;
            Reports.Add((done, total, unit));
            if (Reports.Count == report) throw new TimeoutException();
        }
    }
}
