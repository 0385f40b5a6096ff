using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;
using Spa.Engine.Formats;

namespace Spa.Cli.Tests.Commands;

/// <summary>
/// The whole loop on the demo's model, once on the CPU and once as <c>--backend cuda --device emulator</c>, in float32. As docs/numerics.md says: the same seeds draw the same tokens; what is
/// summed in another order agrees to rounding. An update can magnify that, so training is held to the bounds of TRL's runs.
/// </summary>
internal sealed class EmulatedRunTests
{
    private const double TokenLogp = 2e-5, Relative = 1e-3, NearZero = 1e-4, Weights = 1e-4;

    [Test]
    public void The_loop_on_the_emulated_device_draws_judges_and_trains_as_on_the_cpu()
    {
        using TempFolder folder = new();
        string config = Config(folder);
        string Run(string name, params string[] options)
        {
            string output = folder.In(name);
            CommandLine.Run(["run", "--config", config, "--set", $"output_dir={output}", .. options]).Succeeded();
            return output;
        }

        string cpu = Run("cpu"), cuda = Run("cuda", "--backend", "cuda", "--device", "emulator");
        AssertSameDraws(Rows(cpu, "stage-1/samples.jsonl"), Rows(cuda, "stage-1/samples.jsonl"));
        Assert.That(Rows(cuda, "stage-1/pairs.jsonl").Select(Labels), Is.EqualTo(Rows(cpu, "stage-1/pairs.jsonl").Select(Labels)), "who was chosen");
        AssertSameMetrics(Rows(cpu, "metrics.jsonl"), Rows(cuda, "metrics.jsonl"));
        foreach (string stage in new[] { "stage-0-seed", "stage-1" }) AssertSameWeights(Path.Combine(cpu, stage, "model"), Path.Combine(cuda, stage, "model"));
    }

    private static string Config(TempFolder folder)
    {
        string Turn(string role, string text) => $$"""[{"role": "{{role}}", "content": "{{text}}"}]""";
        string Pair(string question, string chosen, string rejected) => $$"""{"prompt": {{Turn("user", question)}}, "chosen": {{Turn("assistant", chosen)}}, "rejected": {{Turn("assistant", rejected)}}}""";
        string seed = folder.Lines("seed.jsonl", Pair("Where does a horse live?", "Of course! In a stable.", "Who cares."), Pair("What is five plus five?", "Sure! It is ten.", "Go away."));
        string prompts = folder.Lines("prompts.jsonl", new[] { "What is two plus two?", "Where does a fish live?" }.Select(q => $$"""{"prompt": {{Turn("user", q)}}}"""));
        return folder.Text("run.yaml", $$"""
            model_name_or_path: {{Path.Combine(AppContext.BaseDirectory, "demo-model")}}
            output_dir: out
            dtype: float32
            per_device_train_batch_size: 2
            learning_rate: 4.0e-4
            adam_epsilon: 1.0e-2
            logging_steps: 1
            eval_dataset: {{seed}}
            spa:
              seed_dataset: {{seed}}
              seed_num_train_epochs: 2
              prompts: [{{prompts}}]
              iterations: 1
              samples_per_prompt: 2
              sampling: {temperature: 0.8, max_new_tokens: 8}
            """);
    }

    private static JsonObject[] Rows(string folder, string file) => [.. File.ReadLines(Path.Combine(folder, file)).Select(line => JsonNode.Parse(line)!.AsObject())];

    private static string Labels(JsonObject pair) => $"{pair["chosen"]!.ToJsonString()} {pair["rejected"]!.ToJsonString()}";

    private static void AssertSameDraws(JsonObject[] expected, JsonObject[] actual)
    {
        IEnumerable<JsonNode> Responses(JsonObject[] rows) => rows.SelectMany(row => row["responses"]!.AsArray()).OfType<JsonNode>();
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        foreach ((JsonNode a, JsonNode b) in Responses(actual).Zip(Responses(expected)))
        {
            Assert.That(Numbers(a["ids"]!), Is.EqualTo(Numbers(b["ids"]!)), "tokens");
            Assert.That(Numbers(a["token_logps"]!), Is.EqualTo(Numbers(b["token_logps"]!)).Within(TokenLogp), "log-probs");
        }
    }

    private static void AssertSameMetrics(JsonObject[] expected, JsonObject[] actual)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        Assert.Multiple(() =>
        {
            foreach ((JsonObject a, JsonObject b) in actual.Zip(expected))
            {
                Assert.That(a.Select(m => m.Key), Is.EqualTo(b.Select(m => m.Key)));
                foreach ((string key, JsonNode? value) in b)
                {
                    if (key.StartsWith("perf/", StringComparison.Ordinal) || value is not JsonValue || value.GetValueKind() != System.Text.Json.JsonValueKind.Number) continue;
                    double number = value.GetValue<double>();
                    Assert.That(a[key]!.GetValue<double>(), Is.EqualTo(number).Within(Math.Max(NearZero, Relative * Math.Abs(number))), $"{b["stage"]} {b["step"]} {key}");
                }
            }
        });
    }

    private static void AssertSameWeights(string expected, string actual)
    {
        using TensorSource a = SafetensorsFile.Open(Path.Combine(actual, "model.safetensors")), b = SafetensorsFile.Open(Path.Combine(expected, "model.safetensors"));
        foreach (string name in b.Tensors.Keys)
        {
            float[] found = new float[a.Find(name).Count], wanted = new float[b.Find(name).Count];
            a.ReadFloat32(name, found);
            b.ReadFloat32(name, wanted);
            double worst = found.Zip(wanted, (x, y) => Math.Abs((double)x - y)).Max();
            Assert.That(worst, Is.LessThan(Weights), name);
        }
    }

    private static double[] Numbers(JsonNode array) => [.. array.AsArray().Select(x => x!.GetValue<double>())];
}
