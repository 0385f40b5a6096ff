using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;

namespace Spa.Benchmarks;

/// <summary>The ceiling of everything bound by reading: the sum of a buffer of 1 GiB, on the same threads as the engine's.</summary>
[Config(typeof(RateConfig))]
public unsafe class MemoryReadBenchmark
{
    private CpuBackend _backend = null!;
    private Arena _arena = null!;
    private WorkerPool _pool = null!;
    private float* _buffer;

    [ParamsSource(nameof(Sizes))]
    public MemoryReadSize Size { get; set; } = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<MemoryReadSize> Sizes => [new(1L << 30)];

    [GlobalSetup]
    public void Setup()
    {
        _backend = new CpuBackend(new CpuOptions { Threads = 1 });
        _pool = new WorkerPool(Threads);
        _arena = _backend.CreateArena("benchmark", Size.Length);
        _buffer = (float*)_arena.TakeRandom(DType.Float32, Size.Length / sizeof(float), 1).Address;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _pool.Dispose();
        _arena.Dispose();
        _backend.Dispose();
    }

    [Benchmark]
    public float Sum()
    {
        float* sums = stackalloc float[Threads];
        _pool.Run(new SumJob(_buffer, Size.Length / sizeof(float) / Threads, sums), Threads);
        float sum = 0;
        for (int i = 0; i < Threads; i++) sum += sums[i];
        return sum;
    }

    private readonly struct SumJob(float* buffer, long count, float* sums) : IJob
    {
        public void Execute(int index)
        {
            const int Step = 64;
            Vector512<float> a = default, b = default, c = default, d = default;
            float* end = buffer + (index + 1) * count / Step * Step;
            for (float* p = buffer + index * count / Step * Step; p < end; p += Step)
            {
                a += Vector512.Load(p);
                b += Vector512.Load(p + 16);
                c += Vector512.Load(p + 32);
                d += Vector512.Load(p + 48);
            }
            sums[index] = Vector512.Sum(a + b + c + d);
        }
    }
}
