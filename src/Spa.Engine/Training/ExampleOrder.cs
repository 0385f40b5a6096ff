using Spa.Engine.Compute;

namespace Spa.Engine.Training;

/// <summary>Which example comes when: file order, or a permutation per epoch that depends on seed and epoch alone.</summary>
public sealed class ExampleOrder(int count, bool shuffle, ulong seed)
{
    private readonly int[] _order = new int[count];
    private int _epoch = -1;

    /// <summary>The example at a position of an epoch.</summary>
    public int this[int epoch, int position]
    {
        get
        {
            if (epoch != _epoch) Arrange(epoch);
            return _order[position];
        }
    }

    // Fisher and Yates; one Philox counter per swap. The multiplication maps 32 random bits to [0, i] with a bias below 2^-8 per 2^24 examples.
    private void Arrange(int epoch)
    {
        _epoch = epoch;
        for (int i = 0; i < _order.Length; i++) _order[i] = i;
        if (!shuffle) return;
        for (int i = _order.Length - 1; i > 0; i--)
        {
            uint word = Philox.Next(seed, (uint)i, (uint)epoch, 0, 0x6F72_6465).X;
            int j = (int)(((ulong)word * (uint)(i + 1)) >> 32);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }
    }
}
