namespace Spa.Engine.Compute;

public abstract partial class ComputeBackend
{
    // Quantised weights.

    /// <summary>output [R, K] float32 or bfloat16 = the values of rows of a weight from <paramref name="firstRow"/> on, by <see cref="QuantisedWeight"/>'s formula in float32, then rounded to the output's type.</summary>
    public abstract void DequantiseWeight(Tensor output, in QuantisedWeight weight, long firstRow = 0);

    private protected static void CheckDequantiseWeight(Tensor output, in QuantisedWeight weight, long firstRow)
    {
        RequireActivation(output, output.Type, output.Rows, weight.Columns, op: nameof(DequantiseWeight));
        if (firstRow < 0 || firstRow + output.Rows > weight.Rows)
            throw new ArgumentException($"{nameof(DequantiseWeight)}: expected rows of {weight}, found [{firstRow}, {firstRow + output.Rows})");
        if (weight.IsAbsent || weight.CodesAt % Arena.Alignment != 0)
            throw new ArgumentException($"{nameof(DequantiseWeight)}: expected a weight on a boundary of {Arena.Alignment} bytes, found {weight} at {weight.CodesAt:x}");
    }
}
