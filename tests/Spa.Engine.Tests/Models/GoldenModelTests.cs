using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Formats;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Preference;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Models;

/// <summary>
/// Whole models against results that transformers computed in float64. Tolerances: float32 arithmetic through three layers and a
/// vocabulary of 384 leaves about 2e-6 of the largest value, so 1e-5 relative to the tensor's largest entry (logits, gradients) and
/// 2e-5 absolute per token log-prob; sums over n tokens grow with n.
/// </summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
public sealed class GoldenModelTests(TestedBackend tested)
{
    private const double Relative = 1e-5;
    private const double TokenLogp = 2e-5;
    private const double Beta = 0.1, Alpha = 0.1, Lambda = 0.5;

    internal static readonly string[] Families = ["llama", "smollm2", "mistral", "qwen2", "qwen3", "phi", "phi3", "gemma2"];

    [TestCaseSource(nameof(Families))]
    public void Logits_equal_the_float64_model(string family)
    {
        using var golden = new GoldenModel(family, tested);
        foreach ((Model model, string name) in new[] { (golden.Policy, "logits"), (golden.Reference, "ref_logits") })
            Assert.That(golden.Logits(model), new CloseTo(golden.Floats(name), Relative), name);
    }

    [TestCaseSource(nameof(Families))]
    public void Token_log_probs_of_policy_reference_and_extrapolation_equal_the_float64_model(string family)
    {
        using var golden = new GoldenModel(family, tested);
        using var scorer = new Scorer(golden.Policy, golden.Reference, Lambda, 512);
        ScoredResponse[] scores = golden.Score(scorer);
        for (int s = 0; s < scores.Length; s++)
        {
            (int start, int count) = golden.Response(s);
            Assert.Multiple(() =>
            {
                Assert.That(scores[s].TokenLogps, Is.EqualTo(golden.Floats("token_logps").AsSpan(start, count).ToArray()).Within(TokenLogp));
                Assert.That(scores[s].ReferenceTokenLogps, Is.EqualTo(golden.Floats("ref_token_logps").AsSpan(start, count).ToArray()).Within(TokenLogp));
                Assert.That(scores[s].ExtrapolatedTokenLogps, Is.EqualTo(golden.Floats("extrapolated_token_logps").AsSpan(start, count).ToArray()).Within(2 * TokenLogp));
                Assert.That(scores[s].Logp, Is.EqualTo(golden.Doubles("logps")[s]).Within(TokenLogp * count));
                Assert.That(scores[s].ReferenceLogp, Is.EqualTo(golden.Doubles("ref_logps")[s]).Within(TokenLogp * count));
                Assert.That(scores[s].ExtrapolatedLogp, Is.EqualTo(golden.Doubles("extrapolated_logps")[s]).Within(2 * TokenLogp * count));
            });
        }
    }

    [TestCaseSource(nameof(Families))]
    public void Margins_and_losses_equal_the_float64_model(string family)
    {
        using var golden = new GoldenModel(family, tested);
        using var scorer = new Scorer(golden.Policy, golden.Reference, Lambda, 512);
        PairLogProbs[] pairs = golden.Pairs(golden.Score(scorer));
        // Margins are differences of four sums of about 15 tokens, times beta.
        const double tolerance = 4 * 15 * TokenLogp * Beta;
        for (int i = 0; i < pairs.Length; i++)
        {
            Assert.That(Beta * pairs[i].Margin, Is.EqualTo(golden.Doubles("dpo_margin")[i]).Within(tolerance));
            Assert.That(Beta * pairs[i].ExtrapolatedMargin, Is.EqualTo(golden.Doubles("dnd_margin")[i]).Within(2 * tolerance));
        }
        Assert.That(pairs.Average(p => PairLoss.Refined(p.Margin, Beta, 0).Loss), Is.EqualTo(golden.Doubles("dpo_loss")[0]).Within(tolerance));
        Assert.That(golden.SpaLoss(pairs), Is.EqualTo(golden.Doubles("spa_loss")[0]).Within(tolerance));
    }

    [TestCaseSource(nameof(Families))]
    public void Every_gradient_equals_the_float64_model(string family)
    {
        using var golden = new GoldenModel(family, tested);
        foreach (bool checkpointed in new[] { false, true })
        {
            IReadOnlyDictionary<string, float[]> gradients = golden.Gradients(Beta, Alpha, checkpointed);
            Assert.Multiple(() =>
            {
                foreach ((string name, float[] gradient) in gradients) Assert.That(gradient, new CloseTo(golden.Floats("grad." + name), Relative), name);
            });
        }
    }

    [TestCaseSource(nameof(Families))]
    public void Greedy_decoding_through_the_cache_draws_the_golden_tokens(string family)
    {
        using var golden = new GoldenModel(family, tested);
        int[] prompt = golden.Ints("greedy_prompt"), expected = golden.Ints("greedy_tokens");
        using var generator = new Generator(golden.Policy, new SamplingSettings { Temperature = 0, MaxNewTokens = expected.Length }, prompt.Length);
        generator.Generate([new GenerationPrompt(prompt, 0)], (_, responses) => Assert.That(responses[0].Ids, Is.EqualTo(expected)));
    }

    [TestCaseSource(nameof(Families))]
    public void Packed_shared_and_single_sequences_give_the_same_bits_and_the_sampler_agrees(string family)
    {
        using var golden = new GoldenModel(family, tested);
        golden.AssertBitsOfPackedSharedSingleAndSampled();
    }
}
