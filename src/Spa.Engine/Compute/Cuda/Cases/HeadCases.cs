using static Spa.Engine.Compute.DType;

namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>Kernels on rows of logits: a large vocabulary has a block for each row, a small one a warp.</summary>
internal static class HeadCases
{
    private const int Large = 49_152, Small = 1024;

    public static IEnumerable<KernelCase> All =>
    [
        LogProb("three models bf16 4x49152", BFloat16, 4, Large, softCap: 0),
        LogProb("three models f32 4x49152", Float32, 4, Large, softCap: 0),
        LogProb("three models bf16 16x1024 capped", BFloat16, 16, Small, softCap: 30),
        LogProbBackward("bf16 4x49152", BFloat16, 4, Large),
        LogProbBackward("f32 16x1024", Float32, 16, Small),
        LogProbSquares("f32 4x49152", 4, Large),
        LogProbSquares("f32 16x1024", 16, Small),
        Sample("greedy f32 2x49152", Large, new SamplingRow { Temperature = 0, TopP = 1 }),
        Sample("plain f32 2x49152", Large, new SamplingRow { Temperature = 1, TopP = 1, Seed = 7 }),
        Sample("top-p f32 2x49152", Large, new SamplingRow { Temperature = 0.7f, TopP = 0.9f, TopK = 50, Seed = 7 }),
        Sample("top-p f32 2x1024", Small, new SamplingRow { Temperature = 0.7f, TopP = 0.9f, Seed = 7 }),
        new("top-logprobs f32 2x49152, 20", ["top_logprobs"], t =>
        {
            Tensor logits = t.Normal(Float32, 2, Large, 3), ids = t.Ids(2 * 20, 1).Reshape(2, 20), logps = t.Filled(Float32, 2, 20);
            return () => t.Backend.TopLogProbs(ids, logps, logits, 0);
        }),
    ];

    private static KernelCase LogProb(string form, DType type, int rows, int vocabulary, float softCap) => new($"logprob {form}", ["logprob_forward"], t =>
    {
        Tensor policy = t.Normal(type, rows, vocabulary, 3), reference = t.Normal(type, rows, vocabulary, 3), labels = t.Ids(rows, vocabulary);
        LogProbRows results = new()
        {
            Policy = Vector(t, rows),
            PolicyLse = Vector(t, rows),
            Reference = Vector(t, rows),
            Extrapolated = Vector(t, rows),
            Entropy = Vector(t, rows),
            MeanLogit = Vector(t, rows),
            Top1 = Vector(t, rows),
        };
        return () => t.Backend.LogProbForward(results, policy, reference, labels, 0.5f, softCap);
    });

    private static KernelCase LogProbBackward(string form, DType type, int rows, int vocabulary) => new($"logprob-backward {form}", ["logprob_backward"], t =>
    {
        Tensor logits = t.Normal(type, rows, vocabulary, 3), labels = t.Ids(rows, vocabulary), lse = t.Filled(Float32, rows, 1, 15), coefficient = t.Filled(Float32, rows, 1, 0.1f);
        return () => t.Backend.LogProbBackward(logits, lse, labels, coefficient, 0);
    });

    private static KernelCase LogProbSquares(string form, int rows, int vocabulary) => new($"logprob-squares {form}", ["logprob_squares"], t =>
    {
        Tensor logits = t.Normal(Float32, rows, vocabulary, 3), lse = t.Filled(Float32, rows, 1, 15), squares = Vector(t, rows);
        return () => t.Backend.LogProbSquares(squares, logits, lse);
    });

    private static KernelCase Sample(string form, int vocabulary, SamplingRow row) => new($"sample {form}", ["sample"], t =>
    {
        Tensor logits = t.Normal(Float32, 2, vocabulary, 3), tokens = t.Ids(2, 1), logps = Vector(t, 2);
        Tensor settings = t.Ids(2 * SamplingRow.Words, 1).Reshape(2, SamplingRow.Words);
        t.Backend.UploadSampling(settings, [row, row with { Prompt = 1 }]);
        return () => t.Backend.Sample(tokens, logps, logits, settings, 0);
    });

    private static Tensor Vector(CaseTensors t, int rows) => t.Filled(Float32, rows, 1);
}
