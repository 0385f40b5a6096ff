using Spa.Engine.Compute;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Models;

/// <summary>
/// Golden models whose matrices are bfloat16 (and on CUDA all activations) against transformers' float64 results of the float32 weights. The bound is what the number format costs: twice the
/// error of the naive bfloat16 model, <see cref="ReferenceDecoder"/> with exact ops whose results are rounded. These models are random and sharp: rounding the weights alone costs 0.03 of a
/// log-prob, rounding activations too 0.05 (root of the mean square over the vocabulary).
/// </summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
public sealed class Bf16GoldenTests(TestedBackend tested)
{
    private static readonly string[] s_families = ["llama", "smollm2"];

    [TestCaseSource(nameof(s_families))]
    public void Log_probs_and_gradients_are_within_twice_the_error_of_a_naive_bfloat16_model(string family)
    {
        using var golden = new GoldenModel(family, tested, DType.BFloat16);
        int vocabulary = golden.Policy.Config.VocabSize;
        double[][] exact = LogSoftmax(golden.Floats("logits"), vocabulary);
        (double largest, double rms) = Error(LogSoftmax(golden.Logits(golden.Policy), vocabulary), exact);
        (double naiveLargest, double naiveRms) = Error(Naive(golden), exact);
        Assert.That(rms, Is.LessThan(2 * naiveRms), "log-probs, root of the mean square");
        Assert.That(largest, Is.LessThan(2 * naiveLargest), "log-probs, largest");

        // The gradient of a logit is a probability (less one, for the label), whose relative error is the error of its log-prob; everything behind is linear in it, and rounds as often again.
        Assert.Multiple(() =>
        {
            foreach ((string name, float[] gradient) in golden.Gradients(0.1, 0.1, checkpointed: false))
            {
                float[] expected = golden.Floats("grad." + name);
                double error = Math.Sqrt(expected.Zip(gradient, (a, b) => ((double)a - b) * ((double)a - b)).Sum() / expected.Sum(a => (double)a * a));
                Assert.That(error, Is.LessThan(2 * naiveRms), $"gradient of {name}, relative in norm");
            }
        });
    }

    [TestCaseSource(nameof(s_families))]
    public void Packed_shared_and_single_sequences_give_the_same_bits_and_the_sampler_agrees(string family)
    {
        using var golden = new GoldenModel(family, tested, DType.BFloat16);
        golden.AssertBitsOfPackedSharedSingleAndSampled();
    }

    private static double[][] Naive(GoldenModel golden)
    {
        ReferenceDecoder decoder = new(golden.Config, TinyModel.WeightsByName(golden.Policy), x => TensorBox.RoundToBf16((float)x));
        int[] ids = golden.Ints("input_ids"), bounds = golden.Ints("cu_seqlens");
        return [.. Enumerable.Range(0, 4).SelectMany(s => decoder.LogProbs(ids[bounds[s]..bounds[s + 1]], bounds[s + 1] - bounds[s]))];
    }

    private static (double Largest, double Rms) Error(double[][] found, double[][] exact)
    {
        double[] errors = [.. found.Zip(exact, (a, b) => a.Zip(b, (x, y) => x - y)).SelectMany(e => e)];
        return (errors.Max(Math.Abs), Math.Sqrt(errors.Average(e => e * e)));
    }

    private static double[][] LogSoftmax(float[] logits, int vocabulary) =>
    [
        .. logits.Chunk(vocabulary).Select(row =>
        {
            double max = row.Max(), lse = max + Math.Log(row.Sum(x => Math.Exp(x - max)));
            return Array.ConvertAll(row, x => x - lse);
        }),
    ];
}
