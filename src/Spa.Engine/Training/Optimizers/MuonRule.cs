using Spa.Engine.Compute;

namespace Spa.Engine.Training.Optimizers;

/// <summary>
/// Muon (Jordan et al. 2024): a matrix moves along its Nesterov momentum, made nearly orthogonal by five Newton-Schulz steps X = a X + b (X X^T) X + c (X X^T)^2 X from the momentum
/// divided by its Frobenius norm; of a tall matrix the same with X^T X on the right. The step is lr 0.2 sqrt(max(rows, columns)): its root mean square is AdamW's (Liu et al. 2025,
/// "Muon is scalable for LLM training"; torch.optim.Muon's match_rms_adamw), so one learning rate serves both. 4 bytes for each weight, and the scratch memory of the largest matrix.
/// A range is a parameter.
/// </summary>
/// <param name="parameters">Matrices.</param>
/// <param name="productType">Type of the matrix products: that of activations.</param>
internal sealed class MuonRule(ParameterRange[] parameters, DType productType) : IUpdateRule
{
    private const double Momentum = 0.95;
    private const double SmallestNorm = 1e-7;
    private const double AdamWScale = 0.2;
    private const int NewtonSchulzSteps = 5;

    // The odd polynomial of degree 5 that lifts small singular values fastest and keeps all near 1.
    private const double A = 3.4445, B = -4.7750, C = 2.0315;

    private Tensor _momentum, _update, _norm, _x, _next, _gram, _square;

    public IEnumerable<OptimizerState> States => [new("momentum", _momentum)];

    public void Lay(Arena arena)
    {
        long largest = parameters.Max(p => p.Count), side = parameters.Max(Side);
        _momentum = arena.Take("momentum", DType.Float32, ParameterRange.Length(parameters), 1);
        _update = arena.Take("muon_update", DType.Float32, largest, 1);
        _norm = arena.Take("muon_norm", DType.Float32, 1, 1);
        _x = arena.Take("muon_x", productType, largest, 1);
        _next = arena.Take("muon_next", productType, largest, 1);
        _gram = arena.Take("muon_gram", productType, side * side, 1);
        _square = arena.Take("muon_square", productType, side * side, 1);
    }

    public void Update(OptimizerTarget target, in AdamWStep step)
    {
        foreach (ref readonly ParameterRange range in parameters.AsSpan())
        {
            Tensor update = _update.Flat(0, range.Count);
            target.Backend.MuonMomentum(update, range.In(_momentum), target.GradientsOf(range), target.Norm, Momentum, step.MaxGradNorm);
            Tensor direction = Orthogonalise(target.Backend, update.Reshape(range.First.Rows, range.First.Columns));
            double rate = step.LearningRate * AdamWScale * Math.Sqrt(Math.Max(range.First.Rows, range.First.Columns));
            target.Backend.MuonUpdate(target.WeightsOf(range), target.MasterOf(range), direction.Reshape(range.Count, 1), 1 - step.LearningRate * range.Settings(step).WeightDecay, rate);
        }
    }

    private Tensor Orthogonalise(ComputeBackend backend, Tensor update)
    {
        (long rows, int columns) = (update.Rows, update.Columns);
        bool isTall = rows > columns;
        int side = (int)Math.Min(rows, columns);
        Tensor x = _x.Flat(0, update.Count).Reshape(rows, columns), next = _next.Flat(0, update.Count).Reshape(rows, columns);
        Tensor gram = _gram.Flat(0, (long)side * side).Reshape(side, side), square = _square.Flat(0, (long)side * side).Reshape(side, side);
        backend.GradientNorm(_norm, update.Reshape(update.Count, 1));
        backend.DivideByNorm(x, update, _norm, SmallestNorm);
        for (int i = 0; i < NewtonSchulzSteps; i++)
        {
            backend.MatMul(gram, x, x, transposeA: isTall, transposeB: !isTall);
            backend.MatMul(square, gram, gram);
            backend.Combine(square, C, square, B, gram);
            if (isTall) backend.MatMul(next, x, square);
            else backend.MatMul(next, square, x);
            backend.Combine(next, A, x, 1, next);
            (x, next) = (next, x);
        }

        return x;
    }

    private static long Side(ParameterRange parameter) => Math.Min(parameter.First.Rows, parameter.First.Columns);
}
