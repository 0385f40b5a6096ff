using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Models;
using Spa.Engine.Training;
using Spa.Engine.Training.Optimizers;

namespace Spa.Engine.Tests.Training;

/// <summary>Whole updates of a tiny model against the optimisers' formulas in float64, parameter by parameter, on every backend.</summary>
[TestFixtureSource(nameof(Tested))]
public sealed class OptimizerTests(TestedBackend tested) : OpTests(tested)
{
    private const int Steps = 3;

    private static readonly AdamWStep s_step = new(1e-2, 0.9, 0.95, 1e-8, 0.1, 0, 0.5);

    [Test]
    public void Updates_follow_the_formulas([Values(OptimizerKind.AdamW, OptimizerKind.Lion, OptimizerKind.Adafactor, OptimizerKind.Muon)] OptimizerKind kind)
    {
        using ComputeBackend backend = CreateBackend();
        using Model model = TinyModel.Create(backend, 1, TinyModel.Config(tied: false));
        using var policy = new PolicyState(model, kind);
        Dictionary<Parameter, double[]> expected = model.Table.Parameters.ToDictionary(p => p, p => TestData.Widen(Read(backend, model.Weight(p).Flat(0, p.Count))));
        Dictionary<Parameter, double[][]> states = model.Table.Parameters.ToDictionary(p => p, p => new[] { new double[p.Count], new double[p.Count] });
        Dictionary<Parameter, ExactAdafactor> adafactor = model.Table.Parameters.ToDictionary(p => p, p => new ExactAdafactor(expected[p], (int)p.Rows, p.Columns, p.IsVector));
        for (int t = 1; t <= Steps; t++)
        {
            Dictionary<Parameter, float[]> gradients = model.Table.Parameters.Select((p, i) => (p, i)).ToDictionary(x => x.p, x => TestData.Normal(100 * t + x.i, (int)x.p.Count));
            policy.BeginUpdate(0, 0);
            foreach ((Parameter p, float[] g) in gradients) backend.Upload<float>(policy.Gradients.Flat.Flat(p.Offset, p.Count), g);
            double norm = policy.GradientNorm(), clip = Math.Min(1, s_step.MaxGradNorm / (norm + 1e-6));
            policy.Update(s_step with { Step = t });
            foreach (Parameter p in model.Table.Parameters)
            {
                double decay = p.Decay ? s_step.WeightDecay : 0;
                double[] g = [.. gradients[p].Select(x => x * clip)];
                bool isHidden = !p.IsVector && !model.Layout.IsEmbedding(p) && !model.Layout.IsHead(p);
                if (kind == OptimizerKind.Adafactor) adafactor[p].Step([.. g.Select(x => (float)x)], new AdafactorStep(s_step.LearningRate, decay, t, 0));
                else if (kind == OptimizerKind.Lion) Lion(expected[p], states[p][0], g, decay);
                else if (kind == OptimizerKind.Muon && isHidden) Muon(expected[p], states[p][0], g, (int)p.Rows, p.Columns, decay);
                else AdamW(expected[p], states[p], g, decay, t);
            }
        }

        // Three updates of 1e-2; AdamW divides by roots of moments (six roundings), Muon multiplies fifteen matrices whose polynomial has slope 3.4 at each step.
        double tolerance = kind == OptimizerKind.Muon ? 1e-5 : 1e-6;
        foreach ((Parameter p, double[] w) in expected) Everywhere.AssertClose(Read(backend, model.Weight(p).Flat(0, p.Count)), w, tolerance, 1e-6, p.Name);
    }

    [TestCase(6, 10)]
    [TestCase(10, 6)]
    [TestCase(16, 16)]
    public void Newton_Schulz_of_five_steps_brings_singular_values_near_1(int rows, int columns)
    {
        double[] direction = Orthogonalise(TestData.Widen(TestData.Normal(3, rows * columns)), rows, columns);
        int side = Math.Min(rows, columns);
        // Of a matrix with singular values s between 0.7 and 1.2, |X X^T - I| is at most max |s^2 - 1|.
        for (int i = 0; i < side; i++)
        {
            double square = rows <= columns ? Enumerable.Range(0, columns).Sum(k => Math.Pow(direction[i * columns + k], 2)) : Enumerable.Range(0, rows).Sum(k => Math.Pow(direction[k * columns + i], 2));
            Assert.That(square, Is.InRange(0.3, 1.6));
        }
    }

    private static float[] Read(ComputeBackend backend, Tensor tensor) => Everywhere.ReadAny(backend, tensor);

    private static void AdamW(double[] w, double[][] states, double[] g, double decay, int t)
    {
        for (int i = 0; i < w.Length; i++)
        {
            states[0][i] = s_step.Beta1 * states[0][i] + (1 - s_step.Beta1) * g[i];
            states[1][i] = s_step.Beta2 * states[1][i] + (1 - s_step.Beta2) * g[i] * g[i];
            double mean = states[0][i] / (1 - Math.Pow(s_step.Beta1, t)), root = Math.Sqrt(states[1][i] / (1 - Math.Pow(s_step.Beta2, t)));
            w[i] = w[i] * (1 - s_step.LearningRate * decay) - s_step.LearningRate * mean / (root + s_step.Epsilon);
        }
    }

    private static void Lion(double[] w, double[] m, double[] g, double decay)
    {
        for (int i = 0; i < w.Length; i++)
        {
            w[i] = w[i] * (1 - s_step.LearningRate * decay) - s_step.LearningRate * Math.Sign(s_step.Beta1 * m[i] + (1 - s_step.Beta1) * g[i]);
            m[i] = s_step.Beta2 * m[i] + (1 - s_step.Beta2) * g[i];
        }
    }

    private static void Muon(double[] w, double[] m, double[] g, int rows, int columns, double decay)
    {
        for (int i = 0; i < w.Length; i++) m[i] = 0.95 * m[i] + 0.05 * g[i];
        double[] direction = Orthogonalise([.. g.Select((x, i) => 0.05 * x + 0.95 * m[i])], rows, columns);
        double rate = s_step.LearningRate * 0.2 * Math.Sqrt(Math.Max(rows, columns));
        for (int i = 0; i < w.Length; i++) w[i] = w[i] * (1 - s_step.LearningRate * decay) - rate * direction[i];
    }

    // Newton-Schulz as torch.optim.Muon writes it: a tall matrix is transposed.
    private static double[] Orthogonalise(double[] update, int rows, int columns)
    {
        if (rows > columns) return Transpose(Orthogonalise(Transpose(update, rows, columns), columns, rows), columns, rows);
        double norm = Math.Max(Math.Sqrt(update.Sum(x => x * x)), 1e-7);
        double[] x = [.. update.Select(value => value / norm)];
        for (int step = 0; step < 5; step++)
        {
            double[] gram = Product(x, Transpose(x, rows, columns), rows, columns, rows), square = Product(gram, gram, rows, rows, rows);
            double[] polynomial = [.. square.Select((value, i) => 2.0315 * value - 4.7750 * gram[i])], product = Product(polynomial, x, rows, rows, columns);
            x = [.. x.Select((value, i) => 3.4445 * value + product[i])];
        }

        return x;
    }

    private static double[] Transpose(double[] a, int rows, int columns) => [.. Enumerable.Range(0, a.Length).Select(i => a[i % rows * columns + i / rows])];

    private static double[] Product(double[] a, double[] b, int m, int k, int n) =>
        [.. Enumerable.Range(0, m * n).Select(i => Enumerable.Range(0, k).Sum(j => a[i / n * k + j] * b[j * n + i % n]))];
}
