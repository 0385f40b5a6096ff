using BenchmarkDotNet.Attributes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;

namespace Spa.Benchmarks;

/// <summary>Attention as in decoding. Compare GB/s with <see cref="MemoryReadBenchmark"/> at the same threads.</summary>
[Config(typeof(RateConfig))]
public class AttentionDecodeBenchmark
{
    private readonly PagedRows _rows = new();
    private CpuBackend _backend = null!;
    private Arena _cacheArena = null!;
    private Arena _arena = null!;
    private KvCache _cache = null!;
    private Tensor _q;
    private Tensor _output;

    [ParamsSource(nameof(Works))]
    public AttentionDecodeWork Work { get; set; } = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<AttentionDecodeWork> Works => [new(DType.Float32), new(DType.BFloat16)];

    [GlobalSetup]
    public void Setup()
    {
        AttentionShape shape = AttentionWork.Shape;
        int pages = (AttentionDecodeWork.Length + KvCache.PageTokens - 1) / KvCache.PageTokens;
        _backend = new CpuBackend(new CpuOptions { Threads = Threads });
        _cacheArena = _backend.CreateArena("cache", arena =>
            _cache = new KvCache(AttentionDecodeWork.Layers, shape.KvHeads, shape.HeadDim, AttentionDecodeWork.Sequences * pages, Work.Type, arena));
        _arena = _backend.CreateArena("benchmark", 1 << 20);
        _q = _arena.TakeRandom(DType.Float32, AttentionDecodeWork.Sequences, shape.Heads * shape.HeadDim);
        _output = _arena.TakeRandom(DType.Float32, AttentionDecodeWork.Sequences, shape.Heads * shape.HeadDim);
        FillCache();
        for (int s = 0; s < AttentionDecodeWork.Sequences; s++)
        {
            _rows.SetPages(s, [.. Enumerable.Range(s * pages, pages)]);
            _rows.Add(s, AttentionDecodeWork.Length - 1);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _arena.Dispose();
        _cacheArena.Dispose();
        _backend.Dispose();
    }

    [Benchmark]
    public void Attention()
    {
        for (int layer = 0; layer < AttentionDecodeWork.Layers; layer++) _backend.AttentionPaged(_output, _q, _cache, layer, _rows, AttentionWork.Shape);
    }

    /// <summary>Memory that was never written is one zero page to the system and would be read from the processor's cache.</summary>
    private unsafe void FillCache()
    {
        foreach (Tensor tensor in new[] { _cache.Keys, _cache.Values })
        {
            // 0x3C3C is 0.011 in bfloat16, 0x3C3C3C3C the same in float32.
            for (long i = 0; i < tensor.Bytes / sizeof(int); i++) ((int*)tensor.Address)[i] = 0x3C3C3C3C;
        }
    }
}
