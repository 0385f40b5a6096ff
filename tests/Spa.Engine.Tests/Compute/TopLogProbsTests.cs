using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Tested))]
public sealed class TopLogProbsTests(TestedBackend tested) : OpTests(tested)
{
    [Test]
    public void The_most_probable_tokens_come_first_and_ties_by_lower_id([Values] bool ties, [Values(0f, 4f)] float softCap) =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3000], Gen.Int[1, 12], Gen.Int[0, 1000]).Sample((rows, vocabulary, wanted, seed) =>
        {
            int n = Math.Min(wanted, vocabulary);
            float[] logits = TestData.Normal(seed, rows * vocabulary, 2);
            if (ties) logits = Array.ConvertAll(logits, x => MathF.Round(2 * x) / 2);
            float[][] outputs = Run((backend, box) =>
            {
                Tensor ids = box.PoisonedInts(rows, n), logps = box.Poisoned(rows, n);
                backend.TopLogProbs(ids, logps, box.Of(logits, rows, vocabulary), softCap);
                return [ids, logps];
            });
            for (int row = 0; row < rows; row++)
            {
                float[] x = logits[(row * vocabulary)..((row + 1) * vocabulary)];
                double[] capped = ExactLogProb.Cap(TestData.Widen(x), softCap);
                int[] order = Enumerable.Range(0, vocabulary).OrderByDescending(id => x[id]).ThenBy(id => id).Take(n).ToArray();
                // A cap may round neighbours to the same float32, which then go by id: compare what they are worth.
                if (softCap == 0) Assert.That(outputs[0][(row * n)..((row + 1) * n)], Is.EqualTo(order));
                Everywhere.AssertClose(outputs[1][(row * n)..((row + 1) * n)], order.Select(id => ExactLogProb.LogProb(capped, id)).ToArray(), 2e-6, 2e-6, "log-probs");
            }
        }, iter: Iterations(40), threads: 1);

    [Test]
    public void The_whole_vocabulary_with_impossible_tokens_can_be_asked_for()
    {
        float[][] outputs = Run((backend, box) =>
        {
            Tensor ids = box.PoisonedInts(1, 4), logps = box.Poisoned(1, 4);
            backend.TopLogProbs(ids, logps, box.Of([float.NegativeInfinity, 0, float.NegativeInfinity, 0], 1, 4), 0);
            return [ids, logps];
        });
        Assert.That(outputs[0], Is.EqualTo(new[] { 1, 3, 0, 2 }));
        Assert.That(outputs[1], Is.EqualTo(new[] { -MathF.Log(2), -MathF.Log(2), float.NegativeInfinity, float.NegativeInfinity }).Within(1e-6f));
    }

    [Test]
    public void More_tokens_than_the_vocabulary_has_are_refused()
    {
        using CpuBackend backend = new();
        using TensorBox box = new(backend);
        Assert.That(() => backend.TopLogProbs(box.PoisonedInts(1, 5), box.Poisoned(1, 5), box.Zeros(1, 4), 0), Throws.ArgumentException);
    }
}
