using BenchmarkDotNet.Attributes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;

namespace Spa.Benchmarks;

/// <summary>
/// Row kernels that memory bounds; the copy is what to divide by. Tensors of 64 MB are larger than a last-level cache. One log-sum-exp reads
/// 4 bytes of an element, three read 8.
/// </summary>
[Config(typeof(RateConfig))]
public unsafe class RowKernelBenchmark
{
    /// <summary>Of each tensor.</summary>
    public const int Elements = Rows * Columns;

    private const int Columns = 1024;
    private const int Rows = 16 * 1024;
    private const int Vocabulary = 49_152;
    private const int LogitRows = Elements / Vocabulary;

    private CpuBackend _backend = null!;
    private Arena _arena = null!;
    private Action _op = null!;

    [ParamsSource(nameof(Cases))]
    public RowKernelCase Case { get; set; } = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<RowKernelCase> Cases =>
    [
        new("Copy", 2), new("Add", 3), new("RmsNormForward", 2), new("RmsNormBackward", 3), new("SwiGluForward", 3), new("SwiGluBackward", 5),
            new("GradientNorm", 1), new("DequantiseNf4", 1),
        new("AdamW", 7), new("LogProb1", 1), new("LogProb3", 2), new("LogProbBackward", 2), new("Sample", 1), new("SampleTopKTopP", 1), new("SampleTopP", 1),
    ];

    [GlobalSetup]
    public void Setup()
    {
        _backend = new CpuBackend(new CpuOptions { Threads = Threads });
        _arena = _backend.CreateArena("benchmark", 7L * 4 * Elements + (1 << 20));
        Tensor a = _arena.TakeRandom(DType.Float32, Rows, Columns), b = _arena.TakeRandom(DType.Float32, Rows, Columns),
            c = _arena.TakeRandom(DType.Float32, Rows, Columns);
        Tensor wide = _arena.TakeRandom(DType.Float32, Rows, 2 * Columns), dwide = _arena.TakeRandom(DType.Float32, Rows, 2 * Columns), rstd = _arena.TakeRandom(DType.Float32, Rows, 1);
        Tensor weight = _arena.TakeRandom(DType.Float32, 1, Columns), dweight = _arena.TakeRandom(DType.Float32, 1, Columns);
        // Codes and scales of an eighth of the tensor that they become, in what is random anyway.
        var codes = new QuantisedWeight(a.Address, b.Address, new QuantisedFormat(WeightCode.Nf4, IsNested: true), Rows, Columns);
        _op = Case.Name switch
        {
            "Copy" => () => _backend.Copy(c, a),
            "Add" => () => _backend.Add(c, a),
            "RmsNormForward" => () => _backend.RmsNormForward(c, rstd, a, weight, 1e-5f, false),
            "RmsNormBackward" => () => _backend.RmsNormBackward(c, dweight, b, a, weight, rstd, false, false),
            "SwiGluForward" => () => _backend.GluForward(c, wide, ActivationKind.Silu),
            "SwiGluBackward" => () => _backend.GluBackward(dwide, b, wide, ActivationKind.Silu),
            "GradientNorm" => () => _backend.GradientNorm(dweight.ColumnRange(0, 1), Flat(a)),
            "DequantiseNf4" => () => _backend.DequantiseWeight(c, codes),
            "AdamW" => () => _backend.AdamW(Flat(a), default, Flat(b), Flat(c), Flat(wide), default, new AdamWStep(1e-9, 0.9, 0.999, 1e-8, 0, 1000, 0)),
            _ => HeadOp(Logits(a), Logits(b)),
        };
        // AdamW's second moments must not be negative.
        if (Case.Name == "AdamW") _backend.Zero(wide);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _arena.Dispose();
        _backend.Dispose();
    }

    [Benchmark]
    public void Op() => _op();

    private Action HeadOp(Tensor policy, Tensor reference)
    {
        Tensor labels = _arena.Take("labels", DType.Int32, LogitRows, 1), tokens = _arena.Take("tokens", DType.Int32, LogitRows, 1);
        Tensor settings = _arena.Take("sampling", DType.Int32, LogitRows, SamplingRow.Words);
        _backend.Zero(labels);
        Peak(policy);
        Peak(reference);
        LogProbRows one = new() { Policy = Vector() }, three = one with { Reference = Vector(), Extrapolated = Vector() };
        Tensor coefficient = Vector(), lse = Vector();
        _backend.UploadSampling(settings, Enumerable.Range(0, LogitRows).Select(i => new SamplingRow
        {
            Temperature = 0.7f,
            TopK = Case.Name == "SampleTopKTopP" ? 50 : 0,
            TopP = Case.Name == "Sample" ? 1 : 0.9f,
            Prompt = (uint)i,
        }).ToArray());
        return Case.Name switch
        {
            "LogProb1" => () => _backend.LogProbForward(one, policy, default, labels, 0, 0),
            "LogProb3" => () => _backend.LogProbForward(three, policy, reference, labels, 0.5f, 0),
            "LogProbBackward" => () => _backend.LogProbBackward(policy, lse, labels, coefficient, 0),
            _ => () => _backend.Sample(tokens, one.Policy, policy, settings, 0),
        };
    }

    /// <summary>Turns uniform values into logits of which a few hundred per row are likely, as a model's are.</summary>
    private static void Peak(Tensor logits)
    {
        for (long i = 0; i < logits.Count; i++) ((float*)logits.Address)[i] = 16 * MathF.Pow(((float*)logits.Address)[i], 31);
    }

    private Tensor Vector() => _arena.TakeRandom(DType.Float32, LogitRows, 1);

    private static Tensor Flat(Tensor tensor) => new(tensor.Address, DType.Float32, Elements, 1);

    private static Tensor Logits(Tensor tensor) => new(tensor.Address, DType.Float32, LogitRows, Vocabulary);
}
