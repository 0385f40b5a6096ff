using BenchmarkDotNet.Attributes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;

namespace Spa.Benchmarks;

/// <summary>Attention as in training, on column ranges of one fused q, k, v tensor.</summary>
[Config(typeof(RateConfig))]
public class AttentionBenchmark
{
    private readonly AttentionBatch _batch = new();
    private CpuBackend _backend = null!;
    private Arena _arena = null!;
    private Tensor _qkv;
    private Tensor _gradients;
    private Tensor _output;
    private Tensor _dout;
    private Tensor _lse;

    [ParamsSource(nameof(Works))]
    public AttentionWork Work { get; set; } = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<AttentionWork> Works =>
        from isBackward in new[] { false, true }
        from size in new[] { (Segments: 8, Tokens: 192), (Segments: 1, Tokens: 1024) }
        select new AttentionWork(size.Segments, size.Tokens, isBackward);

    [GlobalSetup]
    public void Setup()
    {
        AttentionShape shape = AttentionWork.Shape;
        int rows = Work.Segments * Work.Tokens, width = (shape.Heads + 2 * shape.KvHeads) * shape.HeadDim;
        _backend = new CpuBackend(new CpuOptions { Threads = Threads });
        _arena = _backend.CreateArena("benchmark", 4L * rows * (2 * width + 2 * shape.Heads * shape.HeadDim + shape.Heads) + (1 << 20));
        (_qkv, _gradients) = (_arena.TakeRandom(DType.Float32, rows, width), _arena.TakeRandom(DType.Float32, rows, width));
        _output = _arena.TakeRandom(DType.Float32, rows, shape.Heads * shape.HeadDim);
        _dout = _arena.TakeRandom(DType.Float32, rows, shape.Heads * shape.HeadDim);
        _lse = _arena.TakeRandom(DType.Float32, rows, shape.Heads);
        for (int s = 0; s < Work.Segments; s++) _batch.Add(new AttentionSegment(s * Work.Tokens, Work.Tokens));
        Forward();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _arena.Dispose();
        _backend.Dispose();
    }

    [Benchmark]
    public void Attention()
    {
        if (Work.IsBackward) Backward();
        else Forward();
    }

    private static (Tensor Q, Tensor K, Tensor V) Split(Tensor fused)
    {
        AttentionShape shape = AttentionWork.Shape;
        int queries = shape.Heads * shape.HeadDim, keys = shape.KvHeads * shape.HeadDim;
        return (fused.ColumnRange(0, queries), fused.ColumnRange(queries, keys), fused.ColumnRange(queries + keys, keys));
    }

    private void Forward()
    {
        (Tensor q, Tensor k, Tensor v) = Split(_qkv);
        _backend.AttentionForward(_output, _lse, q, k, v, _batch, AttentionWork.Shape);
    }

    private void Backward()
    {
        (Tensor q, Tensor k, Tensor v) = Split(_qkv);
        (Tensor dq, Tensor dk, Tensor dv) = Split(_gradients);
        _backend.AttentionBackward(dq, dk, dv, _dout, _output, _lse, q, k, v, _batch, AttentionWork.Shape);
    }
}
