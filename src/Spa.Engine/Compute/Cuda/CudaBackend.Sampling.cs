using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    // As in sample.cu and top_logprobs.cu.
    private const int SampleThreads = 512;
    private const int SampleBlock = 1024;
    private const int LargestVocabulary = 1 << 19;
    private const int MostTopTokens = 2048;

    /// <summary>As the contract says; a row without a distribution gets token -1 and is reported by the next call that waits.</summary>
    public override void Sample(Tensor tokens, Tensor logps, Tensor logits, Tensor settings, float softCap)
    {
        RequireLogits(logits, logits.Rows);
        RequireVector(settings, DType.Int32, logits.Rows * SamplingRow.Words);
        Require(logits.Columns <= LargestVocabulary, logits);
        RequireVector(tokens, DType.Int32, logits.Rows);
        RequireVector(logps, DType.Float32, logits.Rows);
        Launch(HeadKernels.Sample.With(Bf16(logits), softCap != 0 ? 1 : 0, HeadKernels.LanesFor(logits.Columns)),
            new LaunchShape((int)logits.Rows, 1, 1, SampleThreads, Blocks(logits.Columns, SampleBlock) * sizeof(double)), new SampleArgs
            {
                Tokens = tokens.Address,
                Logps = logps.Address,
                Logits = logits.Address,
                Rows = settings.Address,
                Fault = FaultWord,
                Stride = logits.Stride,
                Vocabulary = logits.Columns,
                Cap = softCap,
            });
    }

    /// <summary>As the contract says, for at most 2,048 tokens a row; a row without a distribution gets id -1 and is reported by the next call that waits.</summary>
    public override void TopLogProbs(Tensor ids, Tensor logps, Tensor logits, float softCap)
    {
        RequireLogits(logits, ids.Rows);
        RequireFloat(logps, ids.Rows, ids.Columns);
        Require(ids.Type == DType.Int32 && ids.Columns > 0 && ids.Columns <= logits.Columns && ids.Columns <= MostTopTokens, ids);
        Launch(HeadKernels.TopLogProbs.With(Bf16(logits), softCap != 0 ? 1 : 0, HeadKernels.LanesFor(logits.Columns)), new LaunchShape((int)logits.Rows, 1, 1, SampleThreads), new TopLogProbsArgs
        {
            Ids = ids.Address,
            Logps = logps.Address,
            Logits = logits.Address,
            Fault = FaultWord,
            IdsStride = ids.Stride,
            LogpsStride = logps.Stride,
            Stride = logits.Stride,
            Vocabulary = logits.Columns,
            Wanted = ids.Columns,
            Cap = softCap,
        });
    }
}
