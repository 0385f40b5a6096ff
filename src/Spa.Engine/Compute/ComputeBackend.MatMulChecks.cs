namespace Spa.Engine.Compute;

public abstract partial class ComputeBackend
{
    /// <summary>Throws unless the operands of <see cref="MatMul"/> fit together.</summary>
    /// <param name="output">The output.</param>
    /// <param name="a">The left operand.</param>
    /// <param name="b">The right operand.</param>
    /// <param name="transposeA">Whether a is stored [K, M].</param>
    /// <param name="transposeB">Whether b is stored [N, K].</param>
    /// <param name="bias">The bias, or absent.</param>
    /// <param name="residual">The residual, or absent.</param>
    /// <param name="floatOnly">Only b may be bfloat16, and a packed weight has a layout of its own.</param>
    private protected static void CheckMatMul(Tensor output, Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor bias, Tensor residual, bool floatOnly)
    {
        long rows = transposeA ? a.Columns : a.Rows, depth = transposeA ? a.Rows : a.Columns;
        long columns = transposeB ? b.Rows : b.Columns, bDepth = transposeB ? b.Columns : b.Rows;
        string types = floatOnly ? "Float32" : "Float32 or BFloat16";
        RequireMatrix(a, IsFloat(a, floatOnly) && a.Layout == TensorLayout.RowMajor, floatOnly ? "a: a row-major Float32 matrix" : "a: a row-major Float32 or BFloat16 matrix", nameof(MatMul));
        RequireMatrix(b, b.Type is DType.Float32 or DType.BFloat16, "b: a Float32 or BFloat16 matrix", nameof(MatMul));
        if (b.Layout == TensorLayout.Packed && !(transposeB && (b.IsContiguous || !floatOnly))) ThrowShape(b, nameof(MatMul), "b: a whole packed weight only with transposeB");
        if (bDepth != depth) ThrowShape(b, nameof(MatMul), $"b: {(transposeB ? $"[N, {depth}]" : $"[{depth}, N]")} beside a {a}");
        if (!IsFloat(output, floatOnly) || output.Layout != TensorLayout.RowMajor || output.Rows != rows || output.Columns != columns)
            ThrowShape(output, nameof(MatMul), $"output: {types}[{rows}, {columns}]");
        if (!bias.IsAbsent && (!IsFloat(bias, floatOnly) || bias.Rows != 1 || bias.Columns != columns))
            ThrowShape(bias, nameof(MatMul), $"bias: {types}[1, {columns}]");
        if (!residual.IsAbsent && (residual.Type != output.Type || residual.Layout != TensorLayout.RowMajor || residual.Rows != rows || residual.Columns != columns))
            ThrowShape(residual, nameof(MatMul), $"residual: {output.Type}[{rows}, {columns}]");
        if (!residual.IsAbsent && residual.Address == output.Address && residual.Stride != output.Stride)
            ThrowShape(residual, nameof(MatMul), $"residual: the output itself with its stride {output.Stride}");
    }

    private protected static void CheckPackWeight(Tensor packed, Tensor weight)
    {
        RequireMatrix(weight, weight.Layout == TensorLayout.RowMajor, "a row-major weight", nameof(PackWeight));
        if (packed.Layout != TensorLayout.Packed || packed.Type != weight.Type || packed.Rows != weight.Rows || packed.Columns != weight.Columns)
            ThrowShape(packed, nameof(PackWeight), $"{weight.Type}[{weight.Rows}, {weight.Columns}] packed");
    }

    private protected static void RequireMatrix(Tensor tensor, bool condition, string expected, string op)
    {
        if (!condition) ThrowShape(tensor, op, expected);
    }

    private static bool IsFloat(Tensor tensor, bool floatOnly) => tensor.Type == DType.Float32 || (tensor.Type == DType.BFloat16 && !floatOnly);
}
