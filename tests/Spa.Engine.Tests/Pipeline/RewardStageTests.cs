using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Formats;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Judges;

namespace Spa.Engine.Tests.Pipeline;

/// <summary><c>spa reward</c>, the folder it leaves, and the judge that reads it.</summary>
internal sealed class RewardStageTests
{
    [Test]
    public void The_folder_is_a_classifier_with_one_label_as_transformers_writes_it()
    {
        using TinyRun tiny = new();
        Train(tiny);
        using ModelBundle bundle = RewardJudge.Open(Path.Combine(tiny.OutputPath, "model"));
        JsonObject config = bundle.ConfigJson;
        Assert.Multiple(() =>
        {
            Assert.That(config["architectures"]!.ToJsonString(), Is.EqualTo("""["LlamaForSequenceClassification"]"""));
            Assert.That(config["num_labels"]!.GetValue<int>(), Is.EqualTo(1));
            Assert.That(config["id2label"]!.ToJsonString(), Is.EqualTo("""{"0":"LABEL_0"}"""));
            Assert.That(config["pad_token_id"]!.GetValue<int>(), Is.EqualTo(bundle.RowTokenizer.EndIds[0]), "the end token, for the tokenizer has no padding of its own");
            Assert.That(Path.Combine(tiny.OutputPath, "model", "generation_config.json"), Does.Not.Exist);
            Assert.That(Path.Combine(tiny.OutputPath, "model", "tokenizer.json"), Does.Exist);
        });
        using SafetensorsFile tensors = SafetensorsFile.Open(Path.Combine(tiny.OutputPath, "model", "model.safetensors"));
        Assert.That(tensors.Find("score.weight").Shape, Is.EqualTo(new long[] { 1, 24 }));
        Assert.That(tensors.Tensors.Keys, Has.None.StartsWith("lm_head"));
    }

    [Test]
    public void A_folder_in_bfloat16_is_read_with_its_head_and_judges_as_its_values_say()
    {
        using TinyRun tiny = new();
        Train(tiny, "dtype=bfloat16");
        string folder = Path.Combine(tiny.OutputPath, "model");
        using (SafetensorsFile tensors = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"))) Assert.That(tensors.Find("score.weight").Type, Is.EqualTo(StoredType.BF16));
        using var backend = new CpuBackend(new CpuOptions { Threads = 2 });
        using ModelBundle bundle = RewardJudge.Open(folder);
        using Model wide = bundle.Load(backend, DType.Float32), narrow = bundle.Load(backend, DType.BFloat16);
        double Reward(Model model)
        {
            using var scorer = new RewardScorer(model, 16);
            double reward = 0;
            scorer.Score([new ScoreItem([5, 6, 7], [[8, 9, 10]])], (_, rewards) => reward = rewards[0]);
            return reward;
        }

        Assert.That(Reward(narrow), Is.EqualTo(Reward(wide)), "weights that bfloat16 holds, float32 arithmetic");
    }

    [Test]
    public void Held_out_pairs_are_evaluated_and_the_margin_column_counts()
    {
        using TinyRun tiny = new();
        WriteMargins(tiny);
        CollectingLog plain = Train(tiny, $"eval_dataset={tiny.In("held-out.jsonl")}", "num_train_epochs=6");
        Assert.That(plain.Notices, Has.Some.Contains("margin_column: margin does"));
        JsonObject first = JsonFiles.ReadObject(Path.Combine(tiny.OutputPath, "evaluation-before.json")), last = JsonFiles.ReadObject(Path.Combine(tiny.OutputPath, "evaluation-after.json"));
        Assert.That(first["metrics"]!.AsObject().Select(m => m.Key), Is.EqualTo(new[] { "eval_loss", "eval_min_reward", "eval_mean_reward", "eval_max_reward", "eval_accuracy", "eval_margin" }));
        Assert.That(last["accuracy"]![0]!["pairs"]!.GetValue<int>(), Is.EqualTo(7));
        Assert.That(File.ReadAllText(Path.Combine(tiny.OutputPath, "model", "README.md")), Does.Contain("give responses rewards").And.Contain("Agreement with labels"));
        string without = TinyRun.Outcome(tiny.OutputPath)["model/model.safetensors"];
        Train(tiny, "num_train_epochs=6", "margin_column=margin");
        Assert.That(TinyRun.Outcome(tiny.OutputPath)["model/model.safetensors"], Is.Not.EqualTo(without));
        Assert.That(() => Train(tiny, "margin_column=worth"), Throws.TypeOf<SpaException>().With.Message.EndsWith("seed.jsonl:1: 'worth' must be a number (margin_column), found nothing"));
    }

    [Test]
    public void A_reward_model_is_refused_where_tokens_are_predicted_and_a_language_model_where_it_judges()
    {
        using TinyRun tiny = new();
        Train(tiny);
        string reward = Path.Combine(tiny.OutputPath, "model");
        Assert.Multiple(() =>
        {
            Assert.That(() => ModelBundle.Open(reward), Throws.TypeOf<SpaException>().With.Message.EqualTo(
                $"'{reward}' is a reward model (LlamaForSequenceClassification): it judges (reward-model) and predicts no tokens; expected a language model"));
            Assert.That(() => RewardJudge.Open(tiny.ModelPath), Throws.TypeOf<SpaException>().With.Message.StartsWith($"'{tiny.ModelPath}' is a language model, expected a reward model"));
            Assert.That(() => Train(tiny, "use_peft=true"), Throws.TypeOf<UsageException>().With.Message.StartsWith("'use_peft: true' is not supported"));
        });
        File.WriteAllText(tiny.In("model/config.json"), """{"ranker_type": "pairranker", "model_type": "deberta"}""");
        Assert.That(() => RewardJudge.Open(tiny.ModelPath), Throws.TypeOf<SpaException>().With.Message.Contains("comparison model like PairRM").And.Message.Contains("supported: reward models"));
    }

    [Test]
    public void The_judge_scores_text_as_training_saw_it_and_ids_as_they_are()
    {
        using TinyRun tiny = new();
        Train(tiny);
        string folder = Path.Combine(tiny.OutputPath, "model");
        using var backend = new CpuBackend(new CpuOptions { Threads = 2 });
        using IResponseJudge judge = JudgeFactory.Create(new JudgeSettings { Kind = JudgeKind.RewardModel, Model = folder }, backend, DType.Float32);
        using ModelBundle bundle = RewardJudge.Open(folder);
        int[] prompt = bundle.RowTokenizer.Encode("river stone?", true), answer = bundle.RowTokenizer.Encode(" green light", false);
        int end = bundle.RowTokenizer.EndIds[0];
        SampledResponse Response(string text, int[] ids, FinishReason reason = FinishReason.Stop) => new(ids, text, [], reason);
        SampledRow[] rows =
        [
            new(0, "river stone?", [], [Response(" green light", []), Response(" green light", [], FinishReason.Length), Response(string.Concat(Enumerable.Repeat(" morning", 300)), [])]),
            new(1, null, prompt, [Response("", [.. answer, end]), Response("", answer)]),
        ];
        double[][] rewards = new double[2][];
        judge.Judge(rows, (i, verdict) => rewards[i] = verdict.Rewards, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(judge.Name, Is.EqualTo("reward-model:model"));
            Assert.That(rewards[1], Is.EqualTo(rewards[0][..2]), "the same tokens");
            Assert.That(rewards[0][1], Is.EqualTo(rewards[0][0]), "padding is the end token: the head reads the token before it, as in transformers");
            Assert.That(rewards[0][2], Is.NaN, "longer than the context");
        });
    }

    [Test]
    public void A_run_is_judged_by_a_reward_model()
    {
        using TinyRun tiny = new();
        Train(tiny);
        string reward = tiny.In("reward");
        Directory.Move(Path.Combine(tiny.OutputPath, "model"), reward);
        Directory.Delete(tiny.OutputPath, recursive: true);
        RunFolder folder = tiny.Execute(null, default, "spa.judge=reward-model", $"spa.judging.model={reward}", "spa.iterations=1");
        JsonObject pair = JsonNode.Parse(File.ReadLines(folder.Pairs(1)).First())!.AsObject();
        Assert.That(pair["judge"]!.ToString(), Is.EqualTo("reward-model"));
        Assert.That(() => tiny.Execute(null, default, "spa.judge=reward-model"), Throws.TypeOf<UsageException>().With.Message.StartsWith("spa.judging: the reward-model judge needs the folder"));
    }

    private static void WriteMargins(TinyRun tiny)
    {
        string[] lines = [.. File.ReadLines(tiny.In("seed.jsonl")).Select((line, i) =>
        {
            JsonObject row = JsonNode.Parse(line)!.AsObject();
            row["margin"] = i / 2.0;
            return row.ToJsonString();
        })];
        File.WriteAllLines(tiny.In("seed.jsonl"), lines);
    }

    private static CollectingLog Train(TinyRun tiny, params string[] settings)
    {
        File.WriteAllText(tiny.In("reward.yaml"), $"""
            model_name_or_path: {tiny.ModelPath}
            dataset_name: {tiny.In("seed.jsonl")}
            output_dir: {tiny.OutputPath}
            per_device_train_batch_size: 4
            num_train_epochs: 1
            learning_rate: 1.0e-3
            logging_steps: 1
            """);
        var log = new CollectingLog();
        RunConfig config = RunConfig.Load(tiny.In("reward.yaml"), ConfigurationStage.Reward, settings, out _);
        using var backend = new CpuBackend(new CpuOptions { Threads = 2 });
        SingleStage.Run(config, new RunContext(backend, config.Training.Dtype == "bfloat16" ? DType.BFloat16 : DType.Float32, log, CancellationToken.None), []);
        return log;
    }
}
