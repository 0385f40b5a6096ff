using System.Globalization;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Estimates;
using Spa.Engine.Tests.Support;
using Spa.Interop;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>The files of recipes/: that each is a sound configuration, and what the full-size ones take.</summary>
internal sealed class RecipeTests
{
    private static readonly string s_recipes = Path.Combine(Fixtures.Root, "recipes");

    private static readonly string[] s_devices = ["H200", "H100", "A100-80GB"];

    private static IEnumerable<string> Paper() => Configurations().Where(path => path.Contains($"{Path.DirectorySeparatorChar}paper{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    // Presets and what the demo completes are parts of configurations.
    private static IEnumerable<string> Configurations() => Directory.EnumerateFiles(s_recipes, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Where(path => ConfigurationFile.Load(path).Root is var root && root.ContainsKey("output_dir") | (root.ContainsKey("model_name_or_path") && !root.ContainsKey("experiments")));

    [TestCaseSource(nameof(Configurations))]
    public void A_recipe_is_a_sound_configuration_without_a_key_in_vain(string path)
    {
        RunConfig config = Load(path, out IReadOnlyList<string> notices);
        Assert.That(notices, Is.Empty);
        if (config.Stage == ConfigurationStage.Run) Assert.That(config.Spa.Prompts, Is.Not.Empty);
    }

    [TestCaseSource(nameof(Paper))]
    public void The_work_of_a_full_size_recipe_is_estimated_without_model_and_data(string path)
    {
        RunEstimate estimate = Estimate(path);
        Assert.That(estimate.Parameters, Is.InRange(2.7e9, 14.1e9));
        Assert.That(estimate.Phases.Select(phase => phase.Seconds(DeviceLimits.H200)), Is.All.InRange(1, 1e6));
        Assert.That(estimate.Phases.Sum(p => p.Seconds(DeviceLimits.H200)), Is.LessThan(estimate.Phases.Sum(p => p.Seconds(DeviceLimits.H100))), "the same matrix rate, more bandwidth");
    }

    [Test]
    public void Published_shapes_have_the_published_number_of_weights()
    {
        foreach ((string name, double billions) in new[] { ("zephyr-7b-sft-full", 7.24), ("phi-2", 2.78), ("Meta-Llama-3-8B-Instruct", 8.03), ("Phi-3-medium-4k-instruct", 13.96), ("SmolLM2-135M-Instruct", 0.1345) })
        {
            ModelShape shape = ModelShape.WithoutWeights($"models/{name}");
            Assert.That(new DecoderLayout(shape.Config, shape.Names, DType.BFloat16).Table.Count / 1e9, Is.EqualTo(billions).Within(0.005 * billions), name);
        }
    }

    [Test]
    public void An_estimate_counts_two_operations_per_weight_and_token_forward_and_the_reads_of_weights_and_gradients()
    {
        RunConfig config = Load(Path.Combine(s_recipes, "paper", "released.yaml"), out _);
        RunEstimate estimate = Estimate(Path.Combine(s_recipes, "paper", "released.yaml"), "gradient_checkpointing=false");
        PhaseEstimate seed = estimate.Phases[0], sample = estimate.Phases[1], judge = estimate.Phases[2];
        Assert.That(seed.Name, Is.EqualTo("stage-0-seed/train"));
        Assert.That(seed.Tokens, Is.EqualTo(3 * 2000 * PackedBatch.RowsFor(ModelShape.WithoutWeights("zephyr-7b-sft-full").Config, 200, 300, 300)), "three epochs, a shared prompt counted once");
        Assert.That(seed.FloatingOperations, Is.EqualTo(6.0 * estimate.Parameters * seed.Tokens).Within(1).Percent);
        Assert.That(judge.FloatingOperations, Is.EqualTo(2.0 * estimate.Parameters * judge.Tokens));
        Assert.That(sample.TrafficBytes, Is.GreaterThan(8000 * 2 * 300 / 64.0 * estimate.WeightBytes), "the weights once for every step of 64 live responses, and the cache");
        Assert.That(seed.TrafficBytes, Is.GreaterThan(3 * 2000 * (3.0 * estimate.WeightBytes + 8.0 * estimate.Parameters)), "micro-batches of one pair");
        Assert.That(config.Spa.SeedPairs, Is.EqualTo(2000));
    }

    [Test]
    public void Memory_of_training_is_weights_gradients_master_and_moments_and_little_else()
    {
        RunEstimate full = Estimate(Path.Combine(s_recipes, "paper", "dpo-seed.yaml")), eight = Estimate(Path.Combine(s_recipes, "paper", "dpo-seed.yaml"), "optim=adamw_8bit");
        double perWeight = full.PeakMemoryBytes / (double)full.Parameters, lighter = eight.PeakMemoryBytes / (double)eight.Parameters;
        Assert.That(perWeight, Is.InRange(18, 18.5), "2 + 4 + 4 + 8 bytes");
        Assert.That(lighter, Is.InRange(12, 12.7), "2 + 4 + 4 + 2 bytes");
    }

    [Test]
    public void The_table_of_the_full_size_recipes_is_what_is_estimated()
    {
        string path = Path.Combine(s_recipes, "paper", "README.md");
        string text = File.ReadAllText(path), expected = Filled(text, string.Join('\n', Table()));
        if (Environment.GetEnvironmentVariable("SPA_UPDATE_DOCS") == "1") File.WriteAllText(path, text = expected);
        Assert.That(text, Is.EqualTo(expected), "run the tests with SPA_UPDATE_DOCS=1 to write the table again");
    }

    private static IEnumerable<string> Table()
    {
        yield return $"| recipe | memory, GB: AdamW | 8-bit | LoRA | {string.Join(" | ", s_devices.Select(d => $"hours: {d}"))} |";
        yield return $"|---|---|---|---|{string.Concat(s_devices.Select(_ => "---|"))}";
        foreach (string recipe in Paper())
        {
            RunEstimate eight = Estimate(recipe, "optim=adamw_8bit");
            IEnumerable<string> hours = s_devices.Select(name => DeviceLimits.Find(name)!).Select(device => (Hours: Number(eight.Phases.Sum(p => p.Seconds(device)) / 3600), Fits: eight.PeakMemoryBytes <= device.MemoryGigabytes * 1e9))
                .Select(h => h.Fits ? h.Hours : $"({h.Hours})");
            yield return $"| [{Path.GetFileNameWithoutExtension(recipe)}]({Path.GetFileName(recipe)}) | {Gigabytes(Estimate(recipe))} | {Gigabytes(eight)} | {Gigabytes(Estimate(recipe, "use_peft=true"))} | {string.Join(" | ", hours)} |";
        }
    }

    private static string Filled(string text, string block)
    {
        const string Begin = "<!-- estimates: begin -->", End = "<!-- estimates: end -->";
        return $"{text[..(text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)]}\n\n{block}\n\n{text[text.IndexOf(End, StringComparison.Ordinal)..]}";
    }

    private static RunEstimate Estimate(string path, params string[] overrides)
    {
        using var backend = new CpuBackend(new CpuOptions { Threads = 1 });
        RunConfig config = Load(path, out _, overrides);
        ModelShape shape = ModelShape.WithoutWeights(config.Training.ModelNameOrPath!);
        return new RunEstimate(config, shape, EstimateRows.Assume(config, shape.Config, new AssumedLengths()), backend, DType.BFloat16, DType.BFloat16);
    }

    private static RunConfig Load(string path, out IReadOnlyList<string> notices, params string[] overrides)
    {
        var root = ConfigurationFile.Load(path).Root;
        ConfigurationStage stage = root["spa"]?["prompts"] is not null ? ConfigurationStage.Run : root["num_generations"] is not null ? ConfigurationStage.Rloo
            : root["loss_type"]?.ToString() == "chunked_nll" || Path.GetFileName(path) == "sft.yaml" ? ConfigurationStage.Sft : ConfigurationStage.Dpo;
        string[] missing = root["dataset_name"] is null && stage != ConfigurationStage.Run ? ["dataset_name=d", "output_dir=o", "model_name_or_path=m"] : [];
        return RunConfig.Load(path, stage, [.. missing, .. overrides], out notices);
    }

    private static string Gigabytes(RunEstimate estimate) => (estimate.PeakMemoryBytes / 1e9).ToString("0", CultureInfo.InvariantCulture);

    private static string Number(double hours) => hours.ToString(hours < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
