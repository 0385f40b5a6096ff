using Spa.Engine.Compute;

namespace Spa.Engine.Training.Optimizers;

/// <summary>Adafactor: 4 bytes for each row and each column of a matrix, and for each element of a vector. A range is a parameter.</summary>
internal sealed class AdafactorRule(ParameterRange[] parameters) : IUpdateRule
{
    private Tensor _rows, _columns;

    public IEnumerable<OptimizerState> States => [new("row_moment", _rows), new("column_moment", _columns)];

    public void Lay(Arena arena)
    {
        _rows = arena.Take("row_moment", DType.Float32, parameters.Sum(RowsOf), 1);
        _columns = arena.Take("column_moment", DType.Float32, parameters.Sum(p => (long)p.First.Columns), 1);
    }

    public void Update(OptimizerTarget target, in AdamWStep step)
    {
        long row = 0, column = 0;
        foreach (ref readonly ParameterRange range in parameters.AsSpan())
        {
            (long rows, int columns) = (range.First.Rows, range.First.Columns);
            Tensor Matrix(Tensor flat) => flat.IsAbsent ? default : flat.Reshape(rows, columns);
            AdafactorStep settings = new(step.LearningRate, range.Settings(step).WeightDecay, step.Step, step.MaxGradNorm);
            target.Backend.Adafactor(Matrix(target.WeightsOf(range)), Matrix(target.MasterOf(range)), Matrix(target.GradientsOf(range)),
                range.First.IsVector ? default : _rows.Flat(row, rows), _columns.Flat(column, columns).Reshape(1, columns), target.Norm, settings);
            row += RowsOf(range);
            column += columns;
        }
    }

    private static long RowsOf(ParameterRange parameter) => parameter.First.IsVector ? 0 : parameter.First.Rows;
}
