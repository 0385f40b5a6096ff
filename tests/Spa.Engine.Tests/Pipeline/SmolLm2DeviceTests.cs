using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>
/// SmolLM2-135M-Instruct on CUDA against transformers' float64 results: one row, the first four tokens of its answer behind a prompt of 27. What the emulated device can do in CI is small,
/// but it is all of the model.
/// </summary>
[NonParallelizable]
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
public sealed class SmolLm2DeviceTests(TestedBackend tested)
{
    private const int Tokens = 4;

    [Test]
    public void Token_log_probs_are_those_of_float64_within_what_the_type_costs([Values] bool bf16)
    {
        if (tested == TestedBackend.Cpu) Assert.Ignore("SmolLm2Tests has all of this model on the CPU");
        string folder = Fixtures.Require("models/smollm2-135m-instruct");
        JsonNode row = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")))!["score"]![1]!;
        int[] Ints(string key) => [.. row[key]!.AsArray().Select(x => x!.GetValue<int>())];
        using ComputeBackend backend = tested.CreateUnchecked();
        using ModelBundle bundle = ModelBundle.Open(Path.Combine(folder, "SmolLM2-135M-Instruct.Q4_1.gguf"));
        using Model model = bundle.Load(backend, bf16 ? DType.BFloat16 : DType.Float32);
        using var scorer = new Scorer(model, null, 0, 64, 64);
        float[] expected = [.. row["token_logps"]!.AsArray().Take(Tokens).Select(x => (float)x!.GetValue<double>())];
        // Ten results a layer are rounded to bfloat16, 300 in all, each by 2^-9 / sqrt(3) on the mean of squares: together 2 % of a hidden state, and of logits of size 10. float32: SmolLm2Tests.
        scorer.Score([new ScoreItem(Ints("prompt_ids"), [Ints("response_ids")[..Tokens]])], (_, scores) => Assert.That(scores[0].TokenLogps, Is.EqualTo(expected).Within(bf16 ? 0.2 : 5e-4)));
    }
}
