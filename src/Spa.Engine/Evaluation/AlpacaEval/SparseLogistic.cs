using Spa.Engine.Compute;

namespace Spa.Engine.Evaluation.AlpacaEval;

/// <summary>
/// Logistic regression with an L1 penalty: minimises sum_j |theta_j| + C sum_i w_i (log(1 + exp(eta_i)) - y_i eta_i), eta = X theta, for a handful of
/// unknowns and targets in [0, 1]. Proximal Newton: the quadratic model is minimised by coordinate descent, then a line search (Lee, Sun and Saunders 2014).
/// </summary>
internal static class SparseLogistic
{
    private const int MostSteps = 200, MostSweeps = 1000;

    // Convex in three unknowns: the last step is far below what the weights are printed with.
    private const double SmallestStep = 1e-13;

    /// <param name="rows">Observations; all have the same number of features.</param>
    /// <param name="penalty">C, the weight of the data against the penalty.</param>
    /// <param name="start">First guess; empty: zeros.</param>
    /// <param name="smallestStep">Ends at a Newton step no larger in any weight.</param>
    /// <returns>theta.</returns>
    public static double[] Fit(ReadOnlySpan<LogisticRow> rows, double penalty, ReadOnlySpan<double> start = default, double smallestStep = SmallestStep)
    {
        int size = rows.IsEmpty ? start.Length : rows[0].Features.Length;
        double[] theta = start.IsEmpty ? new double[size] : start.ToArray();
        double[] gradient = new double[size], step = new double[size], next = new double[size];
        double[,] curvature = new double[size, size];
        double objective = Objective(rows, penalty, theta);
        for (int iteration = 0; iteration < MostSteps; iteration++)
        {
            Derivatives(rows, penalty, theta, gradient, curvature);
            MinimiseModel(theta, gradient, curvature, step);
            double decrease = Decrease(theta, gradient, step), scale = 1;
            while (true)
            {
                for (int j = 0; j < size; j++) next[j] = theta[j] + scale * step[j];
                double reached = Objective(rows, penalty, next);
                // The last decreases are below the rounding of the objective.
                if (reached <= objective + 1e-4 * scale * decrease + 1e-13 * Math.Abs(objective) || scale < 1e-6)
                {
                    objective = reached;
                    break;
                }

                scale /= 2;
            }

            next.CopyTo(theta, 0);
            if (step.All(d => Math.Abs(d) <= smallestStep)) break;
        }

        return theta;
    }

    private static double Objective(ReadOnlySpan<LogisticRow> rows, double penalty, double[] theta)
    {
        double loss = 0;
        foreach (LogisticRow row in rows)
        {
            double eta = row.Dot(theta);
            // log(1 + exp(eta)) - y eta
            loss += row.Weight * ((1 - row.Target) * eta - Logistic.LogSigmoid(eta));
        }

        return theta.Sum(Math.Abs) + penalty * loss;
    }

    private static void Derivatives(ReadOnlySpan<LogisticRow> rows, double penalty, double[] theta, double[] gradient, double[,] curvature)
    {
        int size = theta.Length;
        Array.Clear(gradient);
        Array.Clear(curvature);
        foreach (LogisticRow row in rows)
        {
            double p = Logistic.Sigmoid(row.Dot(theta)), residual = penalty * row.Weight * (p - row.Target), spread = penalty * row.Weight * p * (1 - p);
            for (int j = 0; j < size; j++)
            {
                gradient[j] += residual * row.Features[j];
                for (int k = 0; k <= j; k++) curvature[j, k] += spread * row.Features[j] * row.Features[k];
            }
        }

        for (int j = 0; j < size; j++)
        {
            for (int k = 0; k < j; k++) curvature[k, j] = curvature[j, k];
            // A feature that is 0 everywhere has no curvature; its weight must still go to 0.
            curvature[j, j] += 1e-12;
        }
    }

    // min over d of g d + d H d / 2 + |theta + d|, one coordinate after the other.
    private static void MinimiseModel(double[] theta, double[] gradient, double[,] curvature, double[] step)
    {
        Array.Clear(step);
        for (int sweep = 0; sweep < MostSweeps; sweep++)
        {
            double largest = 0;
            for (int j = 0; j < step.Length; j++)
            {
                double slope = gradient[j];
                for (int k = 0; k < step.Length; k++) slope += curvature[j, k] * step[k];
                double h = curvature[j, j], free = theta[j] + step[j] - slope / h, shrunk = Math.Sign(free) * Math.Max(0, Math.Abs(free) - 1 / h);
                double change = shrunk - (theta[j] + step[j]);
                step[j] += change;
                largest = Math.Max(largest, Math.Abs(change));
            }

            if (largest <= SmallestStep / 10) return;
        }
    }

    // First-order change of the objective along the step.
    private static double Decrease(double[] theta, double[] gradient, double[] step)
    {
        double sum = 0;
        for (int j = 0; j < step.Length; j++) sum += gradient[j] * step[j] + Math.Abs(theta[j] + step[j]) - Math.Abs(theta[j]);
        return sum;
    }
}
