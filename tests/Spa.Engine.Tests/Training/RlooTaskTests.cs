using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

/// <summary>The policy gradient against <see cref="ReferenceDecoder"/>, on every backend.</summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
internal sealed class RlooTaskTests(TestedBackend tested)
{
    private static readonly RlooObjective s_objective = new() { Beta = 0.3, Epsilon = 0.05 };

    private static readonly TrainerSettings s_settings = TrainingBench.Settings with { MicroBatch = 2, Accumulation = 2, Repeats = 2, Shuffle = false, LearningRate = 2e-3, WarmupRatio = 0 };

    [Test]
    public void Gradients_of_both_updates_on_the_same_responses_equal_finite_differences_of_the_reference_loss()
    {
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3);
        using var policy = new PolicyState(model);
        using var source = new FixedRollouts();
        using var task = new RlooTask(policy, source, s_settings, s_objective);
        ReferenceDecoder start = new(TinyModel.Config(), Weights(model));
        double[] old = [.. source.All.SelectMany(r => r.Responses.Select(y => LogProb(start, r.Prompt, y)))];
        double[] rewards = [.. source.All.SelectMany(r => r.Rewards.Zip(r.LogRatios, (reward, ratio) => reward - 0.3 * ratio))];
        double[] advantages = [.. rewards.Select((r, i) => r - rewards[i ^ 1])];
        var metrics = new MetricSums(task.MetricNames);
        for (int update = 0; update < 2; update++)
        {
            policy.BeginUpdate(0, update);
            task.BeginUpdate([0, 1, 2, 3], new UpdateContext(update, 2, 2));
            task.RunMicroBatch([0, 1], metrics);
            task.RunMicroBatch([2, 3], metrics);
            task.EndUpdate(metrics);
            Dictionary<string, double[]> weights = Weights(model);
            ReferenceDecoder reference = new(TinyModel.Config(), weights);
            double Loss() => source.All.SelectMany(r => r.Responses.Select(y => LogProb(reference, r.Prompt, y))).Select((logp, i) => s_objective.Of(logp, old[i], advantages[i]).Loss).Average();
            AssertGradients(model, policy, weights, Loss, update);
            if (update == 1) Assert.That(metrics[9], Is.GreaterThan(0), "some ratios are clipped in the second update");
            policy.GradientNorm();
            policy.Update(new AdamWStep(3e-3, 0.9, 0.999, 1e-8, 0, update + 1, 1));
        }
        Assert.That(metrics[1], Is.EqualTo(rewards.Average()).Within(1e-12));
        Assert.That(metrics[4], Is.EqualTo(source.All.Average(r => r.Rewards.Average())).Within(1e-12));
        Assert.That(metrics[8], Is.EqualTo(0.125), "one of eight was cut");
    }

    private static void AssertGradients(Model model, PolicyState policy, Dictionary<string, double[]> weights, Func<double> loss, int update)
    {
        foreach (Parameter p in model.Table.Parameters)
        {
            var gradient = new float[p.Count];
            model.Backend.Download<float>(gradient, ParameterTable.InFlat(policy.Gradients.Flat, p));
            float largest = gradient.Max(Math.Abs);
            int at = Array.FindIndex(gradient, x => Math.Abs(x) == largest);
            double[] values = weights[p.Name];
            (double was, double step) = (values[at], 1e-5);
            values[at] = was + step;
            double above = loss();
            values[at] = was - step;
            double below = loss();
            values[at] = was;
            Assert.That(gradient[at], Is.EqualTo((above - below) / (2 * step)).Within(1e-4 * largest + 1e-6), $"update {update}: {p.Name} {at}");
        }
    }

    private static double LogProb(ReferenceDecoder reference, int[] prompt, int[] response)
    {
        int[] ids = [.. prompt, .. response];
        double[][] logps = reference.LogProbs(ids, ids.Length);
        return response.Select((id, t) => logps[prompt.Length - 1 + t][id]).Sum();
    }

    private static Dictionary<string, double[]> Weights(Model model) => model.Table.Parameters.ToDictionary(p => p.Name, p =>
    {
        var values = new float[p.Count];
        model.Backend.Download<float>(values, model.Weight(p));
        return Array.ConvertAll(values, x => (double)x);
    });
}
