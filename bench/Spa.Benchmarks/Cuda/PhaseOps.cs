using Spa.Engine.Compute;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Preference;
using Spa.Engine.Training;

namespace Spa.Benchmarks.Cuda;

/// <summary>Whole phases: an update of preference training, and sampling. A call of <c>train</c> works on 2 x pairs x length tokens, counted as if no prompt were shared.</summary>
internal static class PhaseOps
{
    private static readonly DeviceTiming[] s_batch = [DeviceTiming.Batch];

    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        new DeviceOp("train", TrainingFlops, _ => 0, Train) { Timings = s_batch },
        // Two operations a parameter of every product, for every token that is read or drawn.
        new DeviceOp("generate", c => 2 * DeviceModels.Parameters(c) * c["sequences"] * (c["prompt"] + c["new"]), _ => 0, Generate) { Timings = s_batch },
    ];

    // As bench/peers/gpu/train.py: policy forward and backward with the reference's forward, on every token; attention of the causal half beside it.
    private static double TrainingFlops(DeviceCase c)
    {
        double tokens = 2.0 * c["pairs"] * c["length"];
        return 8 * DeviceModels.Parameters(c) * tokens + 4.5 * DeviceModels.AttentionFlops(c, c["length"]) * tokens;
    }

    private static Action Train(DeviceInputs inputs, DeviceCase c)
    {
        Model model = inputs.Keep(DeviceModels.Create(inputs.Backend, DeviceModels.Config(c), 1)), reference = inputs.Keep(DeviceModels.Create(inputs.Backend, DeviceModels.Config(c), 2));
        PolicyState state = inputs.Keep(new PolicyState(model));
        int prompt = c["prompt"], response = c["length"] - prompt;
        PreferenceExample[] pairs = [.. Enumerable.Range(0, c["pairs"]).Select(i => new PreferenceExample(DeviceModels.Tokens(c, 3 * i, prompt), DeviceModels.Tokens(c, 3 * i + 1, response),
            DeviceModels.Tokens(c, 3 * i + 2, response)))];
        int micro = c["micro_batch"];
        var settings = new TrainerSettings { MicroBatch = micro, Accumulation = c["pairs"] / micro, MaxSteps = 1_000_000, LearningRate = 1e-6, GradientCheckpointing = c.Text("checkpointing") == "True" };
        PreferenceTask task = inputs.Keep(new PreferenceTask(state, reference, pairs, settings, new PreferenceObjective { Beta = 0.1 }, c.Text("task") == "spa" ? new RefinementSettings() : null));
        var trainer = new Trainer(state, task, settings);
        return trainer.RunUpdate;
    }

    private static Action Generate(DeviceInputs inputs, DeviceCase c)
    {
        Model model = inputs.Keep(DeviceModels.Create(inputs.Backend, DeviceModels.Config(c), 1));
        int count = c["sequences"], prompt = c["prompt"];
        var settings = new SamplingSettings { Temperature = 0.7, MaxNewTokens = c["new"] };
        Generator generator = inputs.Keep(new Generator(model, settings, prompt, new GeneratorLimits { LiveSequences = count, StepRows = Math.Max(8192, count), CacheBytes = 64L << 30 }));
        GenerationPrompt[] prompts = [.. Enumerable.Range(0, count).Select(i => new GenerationPrompt(DeviceModels.Tokens(c, i, prompt), (uint)i))];
        return () => generator.Generate(prompts, (_, _) => { });
    }
}
