using BenchmarkDotNet.Attributes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;

namespace Spa.Benchmarks;

/// <summary>Matrix products bound by arithmetic. Peers on the same shapes: bench/peers/cpu.</summary>
[Config(typeof(RateConfig))]
public class MatMulBenchmark
{
    private CpuBackend _backend = null!;
    private Arena _arena = null!;
    private Tensor _output;
    private Tensor _a;
    private Tensor _b;

    [ParamsAllValues]
    public MatMulForm Form { get; set; }

    [ParamsSource(nameof(Shapes))]
    public MatMulShape Shape { get; set; } = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>A square, and the MLP and head of a model with 576 channels at 512 tokens.</summary>
    public static IEnumerable<MatMulShape> Shapes => [new(1024, 1024, 1024), new(512, 1536, 576), new(512, 576, 1536), new(512, 49152, 576)];

    [GlobalSetup]
    public void Setup()
    {
        _backend = new CpuBackend(new CpuOptions { Threads = Threads });
        _arena = _backend.CreateArena("benchmark", (long)(2 * Shape.Bytes) + (1 << 20));
        bool transposeA = Form == MatMulForm.WeightGradient, transposeB = Form is not (MatMulForm.WeightGradient or MatMulForm.InputGradient);
        _output = _arena.TakeRandom(DType.Float32, Shape.M, Shape.N);
        _a = transposeA ? _arena.TakeRandom(DType.Float32, Shape.K, Shape.M) : _arena.TakeRandom(DType.Float32, Shape.M, Shape.K);
        DType type = Form == MatMulForm.ForwardBf16 ? DType.BFloat16 : DType.Float32;
        _b = transposeB ? _arena.TakeRandom(type, Shape.N, Shape.K) : _arena.TakeRandom(type, Shape.K, Shape.N);
        if (Form != MatMulForm.ForwardPacked) return;
        Tensor packed = _backend.TakePacked(_arena, "packed", _b);
        _backend.PackWeight(packed, _b);
        _b = packed;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _arena.Dispose();
        _backend.Dispose();
    }

    [Benchmark]
    public void MatMul()
    {
        if (Form == MatMulForm.WeightGradient) _backend.MatMul(_output, _a, _b, transposeA: true, accumulate: true);
        else _backend.MatMul(_output, _a, _b, transposeB: Form != MatMulForm.InputGradient);
    }
}
