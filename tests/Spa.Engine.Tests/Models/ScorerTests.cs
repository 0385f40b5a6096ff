using Spa.Engine.Compute.Cpu;
using Spa.Engine.Models;

namespace Spa.Engine.Tests.Models;

/// <summary>Scores do not depend on batching, on sharing a prompt, or on what stands beside them; the extrapolation is the one of docs/algorithm.md section 2.</summary>
internal sealed class ScorerTests : IDisposable
{
    private readonly CpuBackend _backend = new(new CpuOptions { Threads = 2 });
    private readonly Model _policy, _reference;

    public ScorerTests() => (_policy, _reference) = (TinyModel.Create(_backend), TinyModel.Create(_backend, 50));

    public void Dispose()
    {
        _policy.Dispose();
        _reference.Dispose();
        _backend.Dispose();
    }

    [TestCase(40)]
    [TestCase(100)]
    [TestCase(5000)]
    public void Batches_of_any_size_give_the_same_bits(int batchTokens)
    {
        ScoreItem[] items = Items();
        ScoredResponse[][] expected = [.. items.Select(item => Score([item], 1)[0])];
        ScoredResponse[][] actual = Score(items, batchTokens);
        for (int i = 0; i < items.Length; i++)
        {
            for (int r = 0; r < items[i].Responses.Length; r++)
            {
                Assert.That(actual[i][r].TokenLogps, Is.EqualTo(expected[i][r].TokenLogps));
                Assert.That(actual[i][r].ReferenceTokenLogps, Is.EqualTo(expected[i][r].ReferenceTokenLogps));
                Assert.That(actual[i][r].ExtrapolatedTokenLogps, Is.EqualTo(expected[i][r].ExtrapolatedTokenLogps));
            }
        }
    }

    [Test]
    public void A_shared_prompt_gives_the_bits_of_separate_ones()
    {
        ScoreItem shared = Items()[3];
        ScoredResponse[] together = Score([shared], 1)[0];
        for (int r = 0; r < shared.Responses.Length; r++)
            Assert.That(Score([new ScoreItem(shared.Prompt, [shared.Responses[r]])], 1)[0][0].TokenLogps, Is.EqualTo(together[r].TokenLogps));
    }

    [TestCase(0)]
    [TestCase(0.5)]
    [TestCase(2)]
    public void Extrapolated_log_probs_are_a_log_softmax_of_their_own(double lambda)
    {
        int[] prompt = [5, 9, 13];
        int[][] every = [.. Enumerable.Range(0, TinyModel.Vocabulary).Select(id => new[] { id })];
        using var scorer = new Scorer(_policy, _reference, lambda, 600);
        scorer.Score([new ScoreItem(prompt, every)], (_, s) =>
        {
            // Log-probs are logits less a constant, which the normaliser removes again.
            double[] logits = [.. s.Select(x => (1 + lambda) * x.Logp - lambda * x.ReferenceLogp!.Value)];
            double normaliser = Math.Log(logits.Sum(Math.Exp));
            Assert.That(s.Sum(x => Math.Exp(x.Logp)), Is.EqualTo(1).Within(1e-5));
            // Float32 log-probs near -10, tripled at most.
            for (int id = 0; id < logits.Length; id++) Assert.That(s[id].ExtrapolatedLogp!.Value, Is.EqualTo(logits[id] - normaliser).Within(2e-5));
        });
    }

    [Test]
    public void Models_of_different_vocabularies_are_refused()
    {
        using Model other = TinyModel.Create(_backend, 1, TinyModel.Config(vocabulary: 68));
        Assert.That(() => new Scorer(_policy, other, 0.5, 10), Throws.TypeOf<SpaException>()
            .With.Message.EqualTo("policy and reference differ in vocabulary: 67 and 68 tokens; both must use one tokenizer"));
    }

    [Test]
    public void A_response_beyond_the_context_is_refused() =>
        Assert.That(() => Score([new ScoreItem(new int[250], [new int[8]])], 1), Throws.TypeOf<SpaException>().With.Message.Contains("use shorter sequences or a model with a longer context"));

    private ScoredResponse[][] Score(ScoreItem[] items, int batchTokens)
    {
        var all = new List<ScoredResponse[]>();
        using var scorer = new Scorer(_policy, _reference, 0.5, items.Max(i => PackedBatch.RowsFor(i.Prompt.Length, [.. i.Responses.Select(r => r.Length)])), batchTokens);
        scorer.Score(items, (i, s) =>
        {
            Assert.That(i, Is.EqualTo(all.Count));
            all.Add(s);
        });
        return [.. all];
    }

    private static ScoreItem[] Items()
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, 12).Select(i => new ScoreItem(TinyModel.Ids(random, 1 + i * 7 % 30), [.. Enumerable.Range(0, 1 + i % 4).Select(r => TinyModel.Ids(random, 1 + (i + r) * 5 % 17))]))];
    }
}
