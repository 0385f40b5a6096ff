namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Grows with the vocabulary and the threads, then stays.
    private double[] _sampleScratch = [];

    public override void Sample(Tensor tokens, Tensor logps, Tensor logits, Tensor settings, float softCap)
    {
        Require(logits.Columns > 0, logits);
        RequireVector(settings, DType.Int32, logits.Rows * SamplingRow.Words);
        RequireVector(tokens, DType.Int32, logits.Rows);
        RequireVector(logps, DType.Float32, logits.Rows);
        var rows = (SamplingRow*)settings.Address;
        bool filtered = false;
        for (long row = 0; row < logits.Rows; row++) filtered |= rows[row].IsFiltered(logits.Columns);
        int slots = (int)Math.Min(logits.Rows, _pool.Threads);
        // An even number of floats, because each slot's scratch begins with doubles.
        long slotFloats = (SampleKernel.ScratchFloats(logits.Columns, filtered) + 1) / 2 * 2;
        if (_sampleScratch.Length < slots * slotFloats / 2) _sampleScratch = new double[checked((int)(slots * slotFloats / 2))];
        fixed (double* scratch = _sampleScratch)
        {
            var kernel = new SampleKernel(tokens, logps, logits, rows, softCap, (float*)scratch, slotFloats, slots);
            Split(kernel, slots, logits.Rows * logits.Columns * (1 + 2 * ExpCost) / Math.Max(1, slots), partsPerThread: 1);
        }
        for (long row = 0; row < logits.Rows; row++)
        {
            if (tokens.Ints()[row] < 0)
                throw NotFinite(logits, row, $"row {row} (prompt {rows[row].Prompt}, sample {rows[row].Sample}, token {rows[row].Token})");
        }
    }

    public override void TopLogProbs(Tensor ids, Tensor logps, Tensor logits, float softCap)
    {
        RequireFloat(logits, ids.Rows, logits.Columns);
        RequireFloat(logps, ids.Rows, ids.Columns);
        Require(ids.Type == DType.Int32 && ids.Columns > 0 && ids.Columns <= logits.Columns, ids);
        Split(new TopLogProbsKernel(ids, logps, logits, softCap), logits.Rows, (long)logits.Columns * (1 + ExpCost));
        for (long row = 0; row < logits.Rows; row++)
        {
            if (ids.Ints()[row * ids.Stride] < 0) throw NotFinite(logits, row, $"row {row}");
        }
    }

    private static SpaException NotFinite(Tensor logits, long row, string where)
    {
        bool anyNan = false;
        for (int i = 0; i < logits.Columns; i++) anyNan |= float.IsNaN(logits.Row(row)[i]);
        return new SpaException($"model produced {(anyNan ? "NaN" : "no finite")} logits in {where}; check that the weights are complete and that training did not diverge");
    }
}
