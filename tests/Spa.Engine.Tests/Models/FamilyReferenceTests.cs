using Spa.Engine.Compute;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Models;

/// <summary>
/// Families without goldens against <see cref="ReferenceDecoder"/>. Float32 through a few layers leaves some 1e-6 of a log-prob; 2e-5 is the bound of the golden models.
/// Sequences lie on both sides of the original length (<see cref="FamilyCases"/>).
/// </summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
public sealed class FamilyReferenceTests(TestedBackend tested)
{
    private const double TokenLogp = 2e-5;

    [TestCaseSource(typeof(FamilyCases), nameof(FamilyCases.Names))]
    public void Log_probs_equal_the_float64_reference_packed_and_alone(string name)
    {
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3, FamilyCases.Config(name));
        ReferenceDecoder reference = new(FamilyCases.Config(name), TinyModel.WeightsByName(model));
        using var scorer = new Scorer(model, null, 0, 256);
        ScoreItem[] items = FamilyCases.Items();
        var together = new List<ScoredResponse[]>();
        scorer.Score(items, (_, s) => together.Add(s));
        for (int i = 0; i < items.Length; i++)
        {
            for (int r = 0; r < items[i].Responses.Length; r++)
            {
                (int[] prompt, int[] response) = (items[i].Prompt, items[i].Responses[r]);
                int[] ids = [.. prompt, .. response];
                double[][] logps = reference.LogProbs(ids, ids.Length);
                double[] expected = [.. response.Select((id, t) => logps[prompt.Length - 1 + t][id])];
                Assert.That(Array.ConvertAll(together[i][r].TokenLogps, x => (double)x), Is.EqualTo(expected).Within(TokenLogp), $"{i} {r}");
                scorer.Score([new ScoreItem(prompt, [response])], (_, s) => Assert.That(s[0].TokenLogps, Is.EqualTo(together[i][r].TokenLogps)));
            }
        }
    }

    [TestCaseSource(typeof(FamilyCases), nameof(FamilyCases.Names))]
    public void Gradients_equal_finite_differences_of_the_reference(string name)
    {
        // Float32 sums leave some 1e-5 of the largest.
        foreach (ReferenceGradient g in ReferenceGradient.All(name, tested)) Assert.That(g.Found, Is.EqualTo(g.Expected).Within(1e-4 * g.Largest + 1e-6), g.Name);
    }

    [TestCaseSource(typeof(FamilyCases), nameof(FamilyCases.Names))]
    public void Greedy_decoding_gives_what_the_reference_gives_for_each_prefix(string name)
    {
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3, FamilyCases.Config(name));
        ReferenceDecoder reference = new(FamilyCases.Config(name), TinyModel.WeightsByName(model));
        int[] prompt = TinyModel.Ids(new Random(4), 19);
        using var generator = new Generator(model, new SamplingSettings { Temperature = 0, MaxNewTokens = 9, Samples = 2 }, prompt.Length);
        int free = generator.FreePages;
        generator.Generate([new GenerationPrompt(prompt, 0)], (_, responses) =>
        {
            for (int t = 0; t < responses[0].Ids.Length; t++)
            {
                int[] prefix = [.. prompt, .. responses[0].Ids[..t]];
                double[] logps = reference.LogProbs(prefix, prefix.Length)[^1];
                Assert.That(responses[0].Ids[t], Is.EqualTo(Array.IndexOf(logps, logps.Max())));
                Assert.That(responses[0].TokenLogps[t], Is.EqualTo(logps.Max()).Within(TokenLogp));
            }
            Assert.That(responses[1].Ids, Is.EqualTo(responses[0].Ids));
        });
        Assert.That(generator.FreePages, Is.EqualTo(free));
    }
}
