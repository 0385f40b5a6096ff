using System.Text.Json.Nodes;
using Spa.Emulator.Driver;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Tests.Generation;
using Spa.Engine.Tests.Models;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Decoding as recorded graphs on an emulated device, against the same kernels launched one by one.</summary>
[NonParallelizable]
internal sealed class RecordedStepTests
{
    private static readonly SamplingSettings s_sampled = new() { Temperature = 0.8, TopP = 0.9, MaxNewTokens = 14, Samples = 2, TopLogProbs = 3, StopTokens = [5, 9, 17, 23, 31, 44, 58] };

    [Test]
    public void Tokens_and_log_probs_are_those_of_single_launches_to_the_bit([Values] bool bf16)
    {
        var random = new Random(3);
        // Lengths that make a response enter a new page of the cache under way; stop tokens change the number of rows.
        GenerationPrompt[] prompts = [.. new[] { 3, 57, 11 }.Select((length, i) => new GenerationPrompt(TinyModel.Ids(random, length), (uint)i))];
        GeneratedResponse[][] Draws(bool record)
        {
            using var run = new Run(record, bf16);
            GeneratedResponse[][] drawn = Draw.All(run.Model, s_sampled, prompts, new GeneratorLimits { LiveSequences = 4 });
            Assert.That(CountedDriver.Calls.Graphs, record ? Is.GreaterThan(5) : Is.Zero, "graphs launched");
            return drawn;
        }

        GeneratedResponse[][] recorded = Draws(true), single = Draws(false);
        Draw.AssertSame(recorded, single, "recorded");
        foreach ((GeneratedResponse a, GeneratedResponse b) in recorded.SelectMany(r => r).Zip(single.SelectMany(r => r))) Assert.That(a.TopLogProbs, Is.EqualTo(b.TopLogProbs));
        Assert.That(single.SelectMany(r => r).Select(r => r.Ids.Length).Distinct().Count(), Is.GreaterThan(2), "responses end at different steps");
    }

    [Test]
    public void A_response_that_grows_past_a_chunk_of_keys_is_recorded_anew_and_keeps_its_bits()
    {
        // From the 1,025th key on a token's keys are split, and a kernel joins the parts.
        GenerationPrompt[] prompts = [new(TinyModel.Ids(new Random(4), 1019), 0)];
        GeneratedResponse[][] Draws(bool record)
        {
            using var run = new Run(record, bf16: true, TinyModel.Config(positions: 1100));
            return Draw.All(run.Model, new SamplingSettings { Temperature = 1, MaxNewTokens = 12 }, prompts);
        }

        Draw.AssertSame(Draws(true), Draws(false), "recorded");
    }

    [Test]
    public void From_the_third_token_on_a_token_is_one_launch_and_one_wait([Values] bool bf16)
    {
        using var run = new Run(record: true, bf16);
        using var generator = new Generator(run.Model, new SamplingSettings { Temperature = 0.8, MaxNewTokens = 9, Samples = 3, TopLogProbs = 2 }, 8);
        var calls = new List<DriverCalls>();
        generator.TokenDrawn = (_, sample, _) =>
        {
            if (sample == 0) calls.Add(CountedDriver.Calls);
        };
        Draw.All(generator, [new GenerationPrompt(TinyModel.Ids(new Random(1), 8), 1)]);
        DriverCalls[] steps = [.. calls.Zip(calls.Skip(1), (before, after) => after - before)];
        Assert.That(steps, Has.Length.EqualTo(8));
        Assert.That(steps[0], Has.Property(nameof(DriverCalls.Graphs)).Zero.And.Property(nameof(DriverCalls.Kernels)).GreaterThan(20), "the first step of its shape goes kernel by kernel");
        Assert.That(steps[1].Graphs, Is.EqualTo(1), "the second is recorded and launched");
        Assert.That(steps[2..], Is.All.EqualTo(new DriverCalls(0, 1, 1)), "kernels, graphs, waits");
    }

    [Test]
    public void A_fault_under_a_recorded_step_still_names_what_is_wrong()
    {
        using var run = new Run(record: true, bf16: false);
        using var generator = new Generator(run.Model, new SamplingSettings { Temperature = 0, MaxNewTokens = 8 }, 8);
        int drawn = 0;
        // The head's weights are broken after the step was recorded.
        generator.TokenDrawn = (_, _, _) =>
        {
            if (++drawn == 5) run.Break();
        };
        Assert.That(() => Draw.All(generator, [new GenerationPrompt(TinyModel.Ids(new Random(1), 8), 1)]),
            Throws.TypeOf<SpaException>().With.Message.Contains("NaN logits in row 0"));
        Assert.That(drawn, Is.EqualTo(5));
    }

    [Test]
    public void A_call_that_a_recording_cannot_hold_is_refused_and_the_backend_stays_usable()
    {
        using var run = new Run(record: true, bf16: false);
        Tensor norm = default, gradients = default;
        using Arena arena = run.Backend.CreateArena("test", a => (norm, gradients) = (a.Take("norm", DType.Float32, 1, 1), a.Take("gradients", DType.Float32, 3, 1)));
        run.Backend.Upload<float>(gradients, [2, 3, 6]);
        Assert.That(() => run.Backend.Record(() => run.Backend.GradientNorm(norm, gradients)), Throws.InvalidOperationException.With.Message.Contains("run the step once before"));
        run.Backend.GradientNorm(norm, gradients);
        var result = new float[1];
        run.Backend.Download<float>(result, norm);
        Assert.That(result[0], Is.EqualTo(7));
    }

    /// <summary>A tiny model on an emulated device that counts.</summary>
    private sealed class Run : IDisposable
    {
        private readonly EmulatedDriver _driver = new(new EmulatedDriverOptions { FaultOutput = null });

        public Run(bool record, bool bf16, JsonObject? config = null)
        {
            Backend = new CudaBackend(new CudaOptions { Driver = new CountedDriver(_driver), Ordinal = _driver.FirstOrdinal, Emulated = true, CheckLaunches = false, RecordSteps = record });
            Model = TinyModel.Create(Backend, 1, config, bf16 ? DType.BFloat16 : DType.Float32);
        }

        public CudaBackend Backend { get; }

        public Model Model { get; }

        /// <summary>Makes every logit a NaN.</summary>
        public void Break() => Backend.Upload<float>(Model.Tensors.FinalNorm, Enumerable.Repeat(float.NaN, Model.Config.HiddenSize).ToArray());

        public void Dispose()
        {
            Model.Dispose();
            Backend.Dispose();
            _driver.Dispose();
        }
    }
}
