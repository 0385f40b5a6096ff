using BenchmarkDotNet.Attributes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;

namespace Spa.Benchmarks;

/// <summary>
/// Products bound by reading the weight, as in decoding. Compare GB/s with <see cref="MemoryReadBenchmark"/> at the same threads, and GFLOP/s with
/// <see cref="MatMulBenchmark"/>: from about 8 rows of bfloat16, 16 of float32, arithmetic is the bound.
/// </summary>
[Config(typeof(RateConfig))]
public class DecodeBenchmark
{
    // Weights that are used in turn, so that none is still in the third-level cache when its turn comes.
    private const int Copies = 4;

    private readonly Tensor[] _weights = new Tensor[Copies];
    private CpuBackend _backend = null!;
    private Arena _arena = null!;
    private Tensor _output;
    private Tensor _a;
    private int _turn;

    [ParamsSource(nameof(Shapes))]
    public DecodeShape Shape { get; set; } = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<DecodeShape> Shapes =>
        from type in new[] { DType.Float32, DType.BFloat16 }
        from rows in new[] { 1, 8, 32 }
        select new DecodeShape(rows, type);

    [GlobalSetup]
    public void Setup()
    {
        _backend = new CpuBackend(new CpuOptions { Threads = Threads });
        _arena = _backend.CreateArena("benchmark", (long)Shape.Bytes * (Copies + 1) + 4L * Shape.Rows * (DecodeShape.N + DecodeShape.K) + (1 << 20));
        _a = _arena.TakeRandom(DType.Float32, Shape.Rows, DecodeShape.K);
        _output = _arena.TakeRandom(DType.Float32, Shape.Rows, DecodeShape.N);
        Tensor weight = _arena.TakeRandom(Shape.Type, DecodeShape.N, DecodeShape.K);
        for (int i = 0; i < Copies; i++)
        {
            _weights[i] = _backend.TakePacked(_arena, "packed", weight);
            _backend.PackWeight(_weights[i], weight);
        }
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
        _turn = (_turn + 1) % Copies;
        _backend.MatMul(_output, _a, _weights[_turn], transposeB: true);
    }
}
