using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;
using Spa.Engine.Pipeline;
using Spa.Engine.Reporting;
using Spa.Engine.Tests.Models;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>
/// A folder with everything that <c>spa run</c> needs, small enough to go through the loop in a second: a random model with a tokenizer trained on a few
/// lines, seed pairs as text, prompts as text, messages and ids, held-out pairs.
/// </summary>
internal sealed class TinyRun : IDisposable
{
    public const string Template =
        "{% for message in messages %}<|turn|>{{ message.role }}\n{{ message.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}";

    private static readonly string[] s_words = ["river", "stone", "light", "paper", "green", "seven", "under", "carry", "quiet", "morning"];

    public TinyRun()
    {
        WriteModel(ModelPath);
        WriteData();
        File.WriteAllText(ConfigPath, $"""
            model_name_or_path: {ModelPath}
            output_dir: {OutputPath}
            eval_dataset: {In("held-out.jsonl")}
            per_device_train_batch_size: 2
            gradient_accumulation_steps: 2
            learning_rate: 2.0e-3
            num_train_epochs: 1
            logging_steps: 3
            save_steps: 2
            save_total_limit: 2
            beta: 0.1
            report_to: tensorboard
            spa:
              seed_dataset: {In("seed.jsonl")}
              seed_num_train_epochs: 2
              prompts: [{In("x1.jsonl")}, {In("x2.jsonl")}]
              iterations: 2
              extrapolation: [0.5, 0.25]
              samples_per_prompt: 2
              noise_quantile: 0.25
              sampling:
                temperature: 1.0
                max_new_tokens: 10
            """);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("spa-run-").FullName;

    public string ModelPath => In("model");

    public string OutputPath => In("out");

    public string ConfigPath => In("run.yaml");

    public string In(string name) => Path.Combine(Root, name);

    public RunConfig Config(params string[] overrides) => RunConfig.Load(ConfigPath, ConfigurationStage.Run, overrides, out _);

    /// <summary>Goes through the loop in this process.</summary>
    public RunFolder Execute(RunLog? log = null, CancellationToken cancel = default, params string[] overrides)
    {
        using var backend = new CpuBackend(new CpuOptions { Threads = 2 });
        using var run = new SpaRun(Config(overrides), new RunContext(backend, DType.Float32, log ?? RunLog.Silent, cancel), new JsonObject { ["engine"] = "test" });
        run.Execute();
        return run.Folder;
    }

    /// <summary>The files of a run whose bytes must not depend on interruptions, by name: all it makes but clocks and what quotes them.</summary>
    public static SortedDictionary<string, string> Outcome(string output)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Directory.GetFiles(output, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(output, path), file = Path.GetFileName(path);
            if (file is "run.json" or "report.html" or "config.yaml" or "trainer_state.json" || file.StartsWith("events.", StringComparison.Ordinal)) continue;
            files[name] = file == "metrics.jsonl" ? Metrics(path) : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));
        }
        return files;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Writes a random model with tokenizer and template as a Hugging Face folder.</summary>
    public static void WriteModel(string folder, Action<JsonObject>? changeConfig = null, Action<Dictionary<string, string>>? changeFiles = null, float[]? first = null)
    {
        Tokenizer tokenizer = BpeTrainer.Train(Enumerable.Range(0, 60).Select(i => Sentence(i)), new BpeTrainerOptions { VocabularySize = 290, SpecialTokens = ["<|turn|>", "<|end|>"] });
        using var text = new MemoryStream();
        TokenizerJson.Write(tokenizer, text);
        JsonObject config = TinyModel.Config(290);
        changeConfig?.Invoke(config);
        var reader = new ConfigReader(TinyModel.Config(290), "config.json");
        ModelFamily family = ModelFamily.Find(reader);
        using var backend = new CpuBackend(new CpuOptions { Threads = 1 });
        using Model model = TinyModel.Create(backend, 7, TinyModel.Config(290));
        var files = new Dictionary<string, string>
        {
            ["tokenizer.json"] = System.Text.Encoding.UTF8.GetString(text.ToArray()),
            ["tokenizer_config.json"] = """{"eos_token": "<|end|>", "tokenizer_class": "PreTrainedTokenizerFast"}""",
        };
        changeFiles?.Invoke(files);
        HuggingFaceWriter.Write(folder, new HuggingFaceContent
        {
            Config = config,
            ChatTemplate = Template,
            TextFiles = files,
            Tensors = [.. model.Table.Parameters.Select((p, i) => TensorContent.FromArray(p.Name, StoredType.F32, p.IsVector ? [p.Columns] : [p.Rows, p.Columns],
                i == 0 && first is not null ? [.. first, .. TinyModel.Values(p, 7).AsSpan(first.Length)] : TinyModel.Values(p, 7 + i)))],
        });
    }

    public static string Sentence(int i, int words = 4) => string.Join(' ', Enumerable.Range(0, words).Select(w => s_words[(i * (w + 3) + w * 7 + i / 10) % 10]));

    private void WriteData()
    {
        string Pair(int i) => new JsonObject { ["prompt"] = Sentence(i) + "?", ["chosen"] = " " + Sentence(i + 1, 3), ["rejected"] = " " + Sentence(i + 2, 2) }.ToJsonString();
        File.WriteAllLines(In("seed.jsonl"), Enumerable.Range(0, 11).Select(Pair));
        File.WriteAllLines(In("held-out.jsonl"), Enumerable.Range(100, 7).Select(Pair));
        File.WriteAllLines(In("x1.jsonl"), Enumerable.Range(200, 9).Select(i => new JsonObject { ["prompt"] = Sentence(i) + "?" }.ToJsonString()));
        File.WriteAllLines(In("x2.jsonl"), Enumerable.Range(300, 9).Select(i => i % 2 == 0
            ? new JsonObject { ["prompt"] = new JsonArray(new JsonObject { ["role"] = "system", ["content"] = "Be brief." }, new JsonObject { ["role"] = "user", ["content"] = Sentence(i) }) }.ToJsonString()
            : new JsonObject { ["prompt_ids"] = new JsonArray([.. Enumerable.Range(2, 5).Select(id => (JsonNode)(id * i % 280 + 2))]) }.ToJsonString()));
    }

    private static string Metrics(string path) => string.Join('\n', MetricsLog.Read(path).Select(e =>
        $"{e.Stage} {e.Step} " + string.Join(' ', e.Values.Where(v => !v.Key.StartsWith("perf/", StringComparison.Ordinal)).Select(v => $"{v.Key}={v.Value:R}"))));
}
