using BenchmarkDotNet.Attributes;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Generation;
using Spa.Engine.Models;

namespace Spa.Benchmarks;

/// <summary>
/// Sampling with a SmolLM2-135M shape: 48 new tokens after a prompt of 32 for 1, 8 and 32 prompts at once, end tokens ignored; and reading one
/// prompt of 512 tokens. GFLOP/s takes 2 N per token.
/// </summary>
[Config(typeof(PhaseConfig))]
public class GenerationBenchmark
{
    private const int NewTokens = 48;

    private CpuBackend _backend = null!;
    private Model _model = null!;
    private Generator _generator = null!;
    private GenerationPrompt[] _prompts = null!;

    [ParamsSource(nameof(Works))]
    public PhaseWork Work { get; set; } = null!;

    public static IEnumerable<PhaseWork> Works =>
        [new("1 sequence", NewTokens, 2), new("8 sequences", 8 * NewTokens, 2), new("32 sequences", 32 * NewTokens, 2), new("prompt", 512, 2)];

    [GlobalSetup]
    public void Setup()
    {
        _backend = new CpuBackend(new CpuOptions { Threads = 2 });
        _model = SmolLm2Shape.Create(_backend);
        bool reading = Work.Name == "prompt";
        int length = reading ? Work.Tokens : 32, count = reading ? 1 : Work.Tokens / NewTokens;
        var settings = new SamplingSettings { Temperature = 0.7, MaxNewTokens = reading ? 1 : NewTokens };
        _generator = new Generator(_model, settings, length, new GeneratorLimits { StepRows = 512 });
        _prompts = [.. Enumerable.Range(0, count).Select(i => new GenerationPrompt(SmolLm2Shape.Tokens(i, length), (uint)i))];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _generator.Dispose();
        _model.Dispose();
        _backend.Dispose();
    }

    [Benchmark]
    public void Generate() => _generator.Generate(_prompts, (_, _) => { });
}
