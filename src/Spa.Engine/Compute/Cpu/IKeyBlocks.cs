namespace Spa.Engine.Compute.Cpu;

/// <summary>Where the keys and values of one sequence and one key/value head come from, in blocks of 64 logical positions.</summary>
internal unsafe interface IKeyBlocks<TElement> where TElement : unmanaged
{
    /// <summary>Makes the first <paramref name="count"/> keys and values of a block readable.</summary>
    AttentionBlock<TElement> Load(in AttentionTile tile, int block, int count);
}
