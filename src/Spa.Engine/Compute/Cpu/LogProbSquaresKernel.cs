namespace Spa.Engine.Compute.Cpu;

/// <summary>squares = log sum exp(2 (a - lse)) of a row. An item is a row.</summary>
internal readonly unsafe struct LogProbSquaresKernel(Tensor squares, Tensor logits, Tensor lse) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, Simd.ILanes<TLanes>
    {
        for (long row = start; row < end; row++)
        {
            double sum = 0;
            for (int at = 0; at < logits.Columns; at += RunningLse.Block)
                sum += RunningLse.SumOfExp<TLanes>(logits.Row(row) + at, Math.Min(RunningLse.Block, logits.Columns - at), lse.Floats()[row], 2);
            squares.Floats()[row] = (float)Math.Log(sum);
        }
    }
}
