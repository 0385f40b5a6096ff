using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline.Estimates;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Models;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>Estimates of a model that has nothing but its config.json.</summary>
internal sealed class ModelShapeTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("llama")]
    [TestCase("mistral")]
    [TestCase("qwen2")]
    [TestCase("qwen3")]
    [TestCase("phi")]
    [TestCase("phi3")]
    [TestCase("gemma2")]
    public void Parameters_are_as_many_as_the_files_of_a_family_have(string family)
    {
        string golden = Fixtures.Require($"fixtures/models/{family}");
        long expected = SafetensorsSpecification.Read(Path.Combine(golden, "model.safetensors")).Tensors.Values.Sum(t => t.Shape.Aggregate(1L, (product, size) => product * size));
        Assert.That(Estimate(JsonNode.Parse(File.ReadAllText(Path.Combine(golden, "config.json")))!.AsObject()).Parameters, Is.EqualTo(expected));
    }

    [TestCaseSource(typeof(FamilyCases), nameof(FamilyCases.Names))]
    public void Every_family_has_an_estimate(string name) => Assert.That(Estimate(FamilyCases.Config(name)).PeakMemoryBytes, Is.Positive);

    [Test]
    public void The_text_part_of_a_vision_model_is_estimated_as_if_alone()
    {
        JsonObject text = FamilyCases.Config("gemma3");
        var whole = new JsonObject { ["model_type"] = "gemma3", ["text_config"] = text.DeepClone(), ["vision_config"] = new JsonObject { ["hidden_size"] = 1152 } };
        Assert.That(Estimate(whole).Parameters, Is.EqualTo(Estimate(text).Parameters));
    }

    private RunEstimate Estimate(JsonObject config)
    {
        File.WriteAllText(_folder["config.json"], config.ToJsonString());
        File.WriteAllText(_folder["run.yaml"], $"model_name_or_path: {_folder.Path}\ndataset_name: pairs.jsonl\noutput_dir: out\n");
        RunConfig run = RunConfig.Load(_folder["run.yaml"], ConfigurationStage.Dpo, [], out _);
        ModelShape shape = ModelShape.WithoutWeights(_folder.Path);
        using var backend = new CpuBackend(new CpuOptions { Threads = 1 });
        return new RunEstimate(run, shape, EstimateRows.Assume(run, shape.Config, new AssumedLengths()), backend, DType.BFloat16, DType.BFloat16);
    }
}
