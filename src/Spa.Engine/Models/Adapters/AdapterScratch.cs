using Spa.Engine.Compute;

namespace Spa.Engine.Models.Adapters;

/// <summary>What adapted products need besides their operands, at full capacity; absent where the adapter or the pass has no use for it.</summary>
public sealed class AdapterScratch
{
    /// <param name="layout">The adapter.</param>
    /// <param name="training">With backward, and dropping.</param>
    /// <param name="tokens">T.</param>
    /// <param name="activations">Type of activations.</param>
    /// <param name="arena">Where the memory comes from.</param>
    public AdapterScratch(AdapterLayout layout, bool training, int tokens, DType activations, Arena arena)
    {
        Low = arena.Take("adapter/low", activations, tokens, layout.Rank);
        if (layout.IsDora) Wide = arena.Take("adapter/wide", activations, tokens, layout.Outputs);
        if (!training) return;
        LowGradient = arena.Take("adapter/d_low", activations, tokens, layout.Rank);
        if (layout.Dropout == 0) return;
        Dropped = arena.Take("adapter/dropped", activations, tokens, layout.Inputs);
        RowKeys = arena.Take("adapter/row_keys", DType.Int32, tokens, 2);
    }

    /// <summary>[T, R]: s A x.</summary>
    public Tensor Low { get; }

    /// <summary>[T, R]: its gradient.</summary>
    public Tensor LowGradient { get; }

    /// <summary>[T, K]: an input with elements dropped, or the gradient of one.</summary>
    public Tensor Dropped { get; }

    /// <summary>[T, N]: DoRA's products before their magnitude.</summary>
    public Tensor Wide { get; }

    /// <summary>[T, 2] int32: what masks depend on.</summary>
    public Tensor RowKeys { get; }
}
