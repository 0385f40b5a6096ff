using Spa.Engine.Compute;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Support;
using Spa.Engine.Training;

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
        ReferenceDecoder reference = new(FamilyCases.Config(name), Weights(model));
        using var scorer = new Scorer(model, null, 0, 256);
        ScoreItem[] items = Items();
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
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3, FamilyCases.Config(name));
        using var state = new PolicyState(model);
        ScoreItem item = Items()[1];
        using var pass = new TrainingPass(state, null, 256, 256, 64, checkpointed: false);
        pass.Batch.AddShared(item.Prompt, item.Responses);
        pass.Forward(0, withReference: false);
        pass.SetCoefficient(1);
        pass.Backward();
        Dictionary<string, double[]> weights = Weights(model);
        ReferenceDecoder reference = new(FamilyCases.Config(name), weights);
        double Loss() => item.Responses.Sum(response =>
        {
            int[] ids = [.. item.Prompt, .. response];
            double[][] logps = reference.LogProbs(ids, ids.Length);
            return response.Select((id, t) => logps[item.Prompt.Length - 1 + t][id]).Sum();
        });
        foreach (Parameter p in model.Table.Parameters)
        {
            var gradient = new float[p.Count];
            backend.Download<float>(gradient, ParameterTable.InFlat(state.Gradients.Flat, p));
            // The largest entry and one in the middle; float32 sums leave some 1e-5 of the largest.
            float largest = gradient.Max(Math.Abs);
            foreach (int at in new[] { Array.FindIndex(gradient, x => Math.Abs(x) == largest), gradient.Length / 2 })
            {
                double[] values = weights[p.Name];
                (double was, double step) = (values[at], 1e-5);
                values[at] = was + step;
                double above = Loss();
                values[at] = was - step;
                double below = Loss();
                values[at] = was;
                Assert.That(gradient[at], Is.EqualTo((above - below) / (2 * step)).Within(1e-4 * largest + 1e-6), $"{p.Name} {at}");
            }
        }
    }

    [TestCaseSource(typeof(FamilyCases), nameof(FamilyCases.Names))]
    public void Greedy_decoding_gives_what_the_reference_gives_for_each_prefix(string name)
    {
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3, FamilyCases.Config(name));
        ReferenceDecoder reference = new(FamilyCases.Config(name), Weights(model));
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

    private static ScoreItem[] Items()
    {
        var random = new Random(8);
        int[] Ids(int n) => TinyModel.Ids(random, n);
        return [new ScoreItem(Ids(5), [Ids(4), Ids(1)]), new ScoreItem(Ids(14), [Ids(6), Ids(13)]), new ScoreItem(Ids(27), [Ids(5)])];
    }

    private static Dictionary<string, double[]> Weights(Model model) => model.Table.Parameters.ToDictionary(p => p.Name, p =>
    {
        var values = new float[p.Count];
        model.Backend.Download<float>(values, model.Weight(p));
        return Array.ConvertAll(values, x => (double)x);
    });
}
