using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The head's row pass: up to three log-sum-exps and the statistics asked for, block by block, so that each row comes from memory once.
/// An item is a row.
/// </summary>
internal readonly unsafe struct LogProbForwardKernel(LogProbRows rows, Tensor policy, Tensor reference, Tensor labels, float lambda, float softCap) : IRangeKernel
{
    /// <summary>Running values of one row.</summary>
    private struct RowState()
    {
        public RunningLse Policy = new();
        public RunningLse Reference = new();
        public RunningLse Extrapolated = new();
        public double Sum;
        public float ReferenceLabel;
    }

    /// <summary>Log-sum-exps to compute: how much work an element is.</summary>
    public int LogSumExps => (NeedsPolicy ? rows.Entropy.IsAbsent ? 1 : 2 : 0) + (rows.Reference.IsAbsent ? 0 : 1) + (rows.Extrapolated.IsAbsent ? 0 : 1);

    private bool NeedsPolicy => !rows.Policy.IsAbsent || !rows.PolicyLse.IsAbsent || !rows.Entropy.IsAbsent || !rows.Top1.IsAbsent;

    private bool NeedsReference => !rows.Reference.IsAbsent || !rows.Extrapolated.IsAbsent;

    [SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        float* scratch = stackalloc float[2 * RunningLse.Block];
        for (long row = start; row < end; row++)
        {
            RowState state = new();
            int label = labels.Ints()[row];
            for (int at = 0; at < policy.Columns; at += RunningLse.Block)
            {
                int n = Math.Min(RunningLse.Block, policy.Columns - at);
                float* a = policy.Row(row) + at;
                AddPolicy<TLanes>(ref state, a, n);
                if (NeedsReference) AddReference<TLanes>(ref state, a, reference.Row(row) + at, n, label - at, scratch);
            }
            Finish<TLanes>(state, row, label);
        }
    }

    private void AddPolicy<TLanes>(ref RowState state, float* a, int n) where TLanes : struct, ILanes<TLanes>
    {
        if (softCap != 0) LogitRows.Cap<TLanes>(a, a, n, softCap);
        if (!rows.Entropy.IsAbsent) state.Policy.AddWithEntropy<TLanes>(a, n);
        else if (NeedsPolicy) state.Policy.Add<TLanes>(a, n);
        if (!rows.MeanLogit.IsAbsent) state.Sum += LaneReduce.Sum<TLanes>(a, n);
    }

    private void AddReference<TLanes>(ref RowState state, float* a, float* block, int n, int label, float* scratch) where TLanes : struct, ILanes<TLanes>
    {
        float* b = LogitRows.Capped<TLanes>(block, n, softCap, scratch), c = scratch + RunningLse.Block;
        if ((uint)label < (uint)n) state.ReferenceLabel = b[label];
        if (!rows.Reference.IsAbsent) state.Reference.Add<TLanes>(b, n);
        if (rows.Extrapolated.IsAbsent) return;
        LogitRows.Extrapolate<TLanes>(c, a, b, n, lambda);
        state.Extrapolated.Add<TLanes>(c, n);
    }

    private void Finish<TLanes>(in RowState state, long row, int label) where TLanes : struct, ILanes<TLanes>
    {
        float* a = policy.Row(row);
        double policyLabel = a[label], referenceLabel = state.ReferenceLabel;
        Set(rows.Policy, row, policyLabel - state.Policy.Value);
        Set(rows.PolicyLse, row, state.Policy.Value);
        Set(rows.Entropy, row, state.Policy.Entropy);
        Set(rows.MeanLogit, row, state.Sum / policy.Columns);
        Set(rows.Reference, row, referenceLabel - state.Reference.Value);
        Set(rows.Extrapolated, row, policyLabel + lambda * (policyLabel - referenceLabel) - state.Extrapolated.Value);
        if (!rows.Top1.IsAbsent) Set(rows.Top1, row, a[label] == state.Policy.Maximum && !(LaneReduce.Max<TLanes>(a, label) >= a[label]) ? 1 : 0);
    }

    private static void Set(Tensor vector, long row, double value)
    {
        if (!vector.IsAbsent) vector.Floats()[row] = (float)value;
    }
}
