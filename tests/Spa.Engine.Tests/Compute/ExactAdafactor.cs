using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

/// <summary>Adafactor in float64, as transformers writes it with scale_parameter and relative_step off: factored for matrices, whole for vectors.</summary>
internal sealed class ExactAdafactor(double[] weights, int rows, int columns, bool isVector)
{
    private readonly double[] _rowMeans = new double[rows], _columnMeans = new double[columns];

    public double[] Weights => weights;

    public double[] Rows => _rowMeans;

    public double[] Columns => _columnMeans;

    public void Step(float[] gradients, AdafactorStep step)
    {
        double norm = Math.Sqrt(gradients.Sum(x => (double)x * x)), clip = step.MaxGradNorm > 0 ? Math.Min(1, step.MaxGradNorm / (norm + 1e-6)) : 1;
        double[] g = [.. gradients.Select(x => x * clip)], square = [.. g.Select(x => x * x + 1e-30)];
        double beta = 1 - Math.Pow(step.Step, -0.8);
        for (int r = 0; r < rows; r++) _rowMeans[r] = beta * _rowMeans[r] + (1 - beta) * Enumerable.Range(0, columns).Average(c => square[r * columns + c]);
        for (int c = 0; c < columns; c++) _columnMeans[c] = beta * _columnMeans[c] + (1 - beta) * Enumerable.Range(0, rows).Average(r => square[r * columns + c]);
        double mean = _rowMeans.Average();
        double[] update = [.. g.Select((x, i) => x / Math.Sqrt(_columnMeans[i % columns]) / (isVector ? 1 : Math.Sqrt(_rowMeans[i / columns] / mean)))];
        double scale = Math.Max(1, Math.Sqrt(update.Average(x => x * x)));
        for (int i = 0; i < weights.Length; i++) weights[i] = weights[i] * (1 - step.LearningRate * step.WeightDecay) - step.LearningRate * update[i] / scale;
    }
}
