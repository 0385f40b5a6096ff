using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

/// <summary>Adapter folders in the commands that take a model, with a base that has moved, and quantised training from the command line.</summary>
internal sealed class AdapterCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Score_generate_and_the_llm_judge_take_an_adapter_whose_base_has_moved()
    {
        string adapter = Train("load_in_4bit=true", "use_bnb_nested_quant=true"), moved = _folder.In("elsewhere");
        string input = _folder.Lines("in.jsonl", """{"prompt": [{"role": "user", "content": "a"}], "response": [{"role": "assistant", "content": "b"}]}""");
        string responses = _folder.Lines("responses.jsonl", """{"prompt": "q", "responses": [{"text": "one"}, {"text": "two"}]}""");
        string[][] commands =
        [
            ["score", "--model", adapter, "--input", input, "--token-logps"],
            ["generate", "--model", adapter, "--prompt", "q", "--max-new-tokens", "4"],
            ["judge", "--judge", "llm", "--judge-model", adapter, "--input", responses],
        ];
        string[] before = [.. commands.Select(command => CommandLine.Run(command).Succeeded().Out)];
        string plain = CommandLine.Run("score", "--model", _folder.In("model"), "--input", input, "--token-logps").Succeeded().Out;
        Assert.That(before[0], Is.Not.EqualTo(plain), "the adapter counts");
        Directory.Move(_folder.In("model"), moved);
        for (int i = 0; i < commands.Length; i++)
        {
            CommandLine.Run(commands[i]).FailedWith(1, "is an adapter of", "name its folder with --base");
            Assert.That(CommandLine.Run([.. commands[i], "--base", moved]).Succeeded().Out, Is.EqualTo(before[i]), commands[i][0]);
        }
    }

    [Test]
    public void An_adapter_of_a_quantised_base_merges_onto_the_full_one()
    {
        string adapter = Train("load_in_8bit=true"), merged = _folder.In("merged");
        CommandLine.Run("convert", "--model", adapter, "--merge-adapter", "--output", merged).Succeeded();
        string input = _folder.Lines("in.jsonl", """{"prompt": [{"role": "user", "content": "a"}], "response": [{"role": "assistant", "content": "bcd"}]}""");
        double Logp(string model) => JsonNode.Parse(CommandLine.Run("score", "--model", model, "--input", input).Succeeded().Out)!["logp"]!.GetValue<double>();
        // Four tokens, float32 products in another order.
        Assert.That(Logp(merged), Is.EqualTo(Logp(adapter)).Within(1e-4));
    }

    [Test]
    public void Estimate_knows_the_memory_of_codes()
    {
        string config = Config();
        JsonObject Estimate(params string[] settings) =>
            CommandLine.Run(["estimate", "--config", config, "--for", "dpo", "--json", "--set", "use_peft=true", .. settings.SelectMany(s => new[] { "--set", s })]).Succeeded().Json;
        long dense = Estimate()["weight_bytes"]!.GetValue<long>(), nf4 = Estimate("load_in_4bit=true", "use_bnb_nested_quant=true")["weight_bytes"]!.GetValue<long>();
        Assert.That(nf4, Is.LessThan(dense));
    }

    private string Train(params string[] settings)
    {
        CliResult result = CommandLine.Run(["dpo", "--config", Config(), "--json", "--set", "use_peft=true", "--set", "lora_target_modules=[all-linear]", "--set", "learning_rate=0.01",
            .. settings.SelectMany(s => new[] { "--set", s })]).Succeeded();
        return result.Json["model"]!.ToString();
    }

    private string Config()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string pairs = _folder.Lines("pairs.jsonl", Enumerable.Range(0, 6).Select(i => $$"""{"prompt": "q{{i}}", "chosen": "yes {{i}}", "rejected": "no"}"""));
        var config = new JsonObject { ["model_name_or_path"] = model, ["dataset_name"] = pairs, ["output_dir"] = _folder.In("out"), ["max_steps"] = 3 };
        return _folder.Text("dpo.json", config.ToJsonString());
    }
}
