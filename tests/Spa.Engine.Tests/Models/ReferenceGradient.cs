using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Models;

/// <summary>One entry of a gradient beside the difference quotient of the float64 reference.</summary>
/// <param name="Name">Parameter and place.</param>
/// <param name="Found">What backward gives.</param>
/// <param name="Expected">Central difference of <see cref="ReferenceDecoder"/>.</param>
/// <param name="Largest">Largest magnitude of the parameter's gradient.</param>
internal sealed record ReferenceGradient(string Name, double Found, double Expected, double Largest)
{
    // Truncation grows with its square, rounding of float64 with its reciprocal: both leave some 1e-10.
    private const double Step = 1e-5;

    /// <summary>Of every parameter the largest entry and one in the middle; the loss is the sum of two responses' log-probs.</summary>
    public static IReadOnlyList<ReferenceGradient> All(string name, TestedBackend tested)
    {
        using ComputeBackend backend = tested.Create();
        using Model model = TinyModel.Create(backend, 3, FamilyCases.Config(name));
        using var state = new PolicyState(model);
        ScoreItem item = FamilyCases.Items()[1];
        using var pass = new TrainingPass(state, null, 256, 256, 64, checkpointed: false);
        pass.Batch.AddShared(item.Prompt, item.Responses);
        pass.Forward(0, withReference: false);
        pass.SetCoefficient(1);
        pass.Backward();
        Dictionary<string, double[]> weights = TinyModel.WeightsByName(model);
        ReferenceDecoder reference = new(FamilyCases.Config(name), weights);
        var all = new List<ReferenceGradient>();
        foreach (Parameter p in model.Table.Parameters)
        {
            var gradient = new float[p.Count];
            backend.Download<float>(gradient, ParameterTable.InFlat(state.Gradients.Flat, p));
            float largest = gradient.Max(Math.Abs);
            foreach (int at in new[] { Array.FindIndex(gradient, x => Math.Abs(x) == largest), gradient.Length / 2 })
            {
                double[] values = weights[p.Name];
                double was = values[at];
                values[at] = was + Step;
                double above = Loss(reference, item);
                values[at] = was - Step;
                double below = Loss(reference, item);
                values[at] = was;
                all.Add(new ReferenceGradient($"{p.Name} {at}", gradient[at], (above - below) / (2 * Step), largest));
            }
        }
        return all;
    }

    private static double Loss(ReferenceDecoder reference, ScoreItem item) => item.Responses.Sum(response =>
    {
        int[] ids = [.. item.Prompt, .. response];
        double[][] logps = reference.LogProbs(ids, ids.Length);
        return response.Select((id, t) => logps[item.Prompt.Length - 1 + t][id]).Sum();
    });
}
