using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Rows of logits on devices: draws equal to the CPU's, the sampler's log-probs equal to the scorer's, bfloat16 logits, faults.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed class HeadKernelTests(TestedBackend tested) : DeviceOpTests(tested)
{
    [Test]
    public void Draws_and_most_probable_tokens_are_the_cpus([Values(1, 7, 1000, 5003)] int vocabulary, [Values(0f, 5f)] float softCap, [Values] bool ties)
    {
        const int Rows = 12;
        int wanted = Math.Min(9, vocabulary);
        float[] logits = TestData.Normal(vocabulary, Rows * vocabulary, 3);
        if (ties) logits = Array.ConvertAll(logits, x => MathF.Round(2 * x) / 2);
        SamplingRow[] rows = [.. Enumerable.Range(0, Rows).Select(i => new SamplingRow
        {
            Temperature = i % 7 == 0 ? 0 : 0.3f + 0.1f * (i % 11), TopK = i % 3 == 0 ? 0 : 1 + i * 131 % 700, TopP = i % 4 == 0 ? 1 : i % 10 * 0.1f, Prompt = (uint)i, Sample = 3, Token = 9,
            Seed = 12345678901234,
        })];
        float[][] Both(ComputeBackend backend)
        {
            using TensorBox box = new(backend);
            Tensor x = box.Of(logits, Rows, vocabulary), tokens = box.PoisonedInts(Rows, 1), logps = box.Poisoned(Rows, 1), ids = box.PoisonedInts(Rows, wanted), top = box.Poisoned(Rows, wanted);
            backend.Sample(tokens, logps, x, box.Settings(rows), softCap);
            backend.TopLogProbs(ids, top, x, softCap);
            Assert.That(box.Read(x), Is.EqualTo(logits), "the logits are left alone");
            LogProbRows scored = new() { Policy = box.Poisoned(Rows, 1) };
            backend.LogProbForward(scored, x, default, tokens, 0, softCap);
            Everywhere.AssertSameBits(box.Read(logps), box.Read(scored.Policy), "sampler and scorer");
            return [Array.ConvertAll(box.ReadInts(tokens), id => (float)id), box.Read(logps), Array.ConvertAll(box.ReadInts(ids), id => (float)id), box.Read(top)];
        }

        using CpuBackend cpu = new(new CpuOptions { Threads = 1 });
        using ComputeBackend device = CreateBackend();
        float[][] expected = Both(cpu), found = Both(device);
        Assert.That(found[0], Is.EqualTo(expected[0]), "tokens");
        Assert.That(found[2], Is.EqualTo(expected[2]), "most probable tokens");
        Everywhere.AssertClose(found[1], TestData.Widen(expected[1]), 3e-6, 3e-6, "log-probs of tokens");
        Everywhere.AssertClose(found[3], TestData.Widen(expected[3]), 3e-6, 3e-6, "log-probs of the most probable");
    }

    [Test]
    public void Logits_of_bfloat16_give_what_float32_gives_for_the_same_numbers([Values(7, 1000, 5003)] int vocabulary)
    {
        const int Rows = 3;
        float[] logits = TestData.RoundToBf16(TestData.Normal(1, Rows * vocabulary, 4)), other = TestData.RoundToBf16(TestData.Normal(2, Rows * vocabulary, 4));
        float[][] outputs = Run((backend, box) =>
        {
            Tensor labels = box.Ints(0, vocabulary / 2, vocabulary - 1), coefficient = box.Of([1, -0.5f, 0], Rows, 1);
            LogProbRows Forward(Tensor policy, Tensor reference)
            {
                LogProbRows rows = new() { Policy = box.Poisoned(Rows, 1), PolicyLse = box.Poisoned(Rows, 1), Extrapolated = box.Poisoned(Rows, 1), Entropy = box.Poisoned(Rows, 1) };
                backend.LogProbForward(rows, policy, reference, labels, 0.5f, 0);
                backend.LogProbBackward(policy, rows.PolicyLse, labels, coefficient, 0);
                return rows;
            }

            Tensor wide = box.Of(logits, Rows, vocabulary), narrow = box.Bf16(logits, Rows, vocabulary);
            LogProbRows a = Forward(wide, box.Of(other, Rows, vocabulary)), b = Forward(narrow, box.Bf16(other, Rows, vocabulary));
            return [a.Policy, b.Policy, a.Extrapolated, b.Extrapolated, a.Entropy, b.Entropy, wide, narrow];
        });
        for (int i = 0; i < 6; i += 2) Everywhere.AssertSameBits(outputs[i + 1], outputs[i], $"output {i}");
        Everywhere.AssertSameBits(outputs[7], TestData.RoundToBf16(outputs[6]), "the gradient is rounded once");
    }

    [Test]
    public void A_row_without_a_distribution_is_told_when_the_host_waits([Values(float.NaN, float.NegativeInfinity)] float value)
    {
        using ComputeBackend backend = CreateBackend();
        using TensorBox box = new(backend);
        var row = new SamplingRow { Temperature = 1, TopP = 1 };
        backend.Sample(box.PoisonedInts(3, 1), box.Poisoned(3, 1), box.Of([1, 2, .. Enumerable.Repeat(value, 4)], 3, 2), box.Settings(default, row, row), 0);
        Assert.That(backend.Synchronize, Throws.TypeOf<SpaException>().With.Message.StartsWith($"model produced {(float.IsNaN(value) ? "NaN" : "no finite")} logits in row 1"));
        Assert.That(backend.Synchronize, Throws.Nothing);
    }

    [Test]
    public void A_label_outside_the_vocabulary_is_told_when_the_host_waits()
    {
        using ComputeBackend backend = CreateBackend();
        using TensorBox box = new(backend);
        LogProbRows rows = new() { Policy = box.Zeros(2, 1) };
        backend.LogProbForward(rows, box.Zeros(2, 9), default, box.Ints(0, 9), 0, 0);
        Assert.That(backend.Synchronize, Throws.TypeOf<SpaException>().With.Message.Contains("label 9 of row 1 is outside the model's vocabulary of 9"));
    }

    [Test]
    public void More_than_2048_most_probable_tokens_are_refused()
    {
        using ComputeBackend backend = CreateBackend();
        using TensorBox box = new(backend);
        Assert.That(() => backend.TopLogProbs(box.PoisonedInts(1, 2049), box.Poisoned(1, 2049), box.Zeros(1, 3000), 0), Throws.ArgumentException.With.Message.Contains("2049"));
    }
}
