namespace Spa.Engine.Compute.Cpu;

/// <summary>Where the keys and values of one sequence and one key/value head come from, in blocks of 64 logical positions.</summary>
internal unsafe interface IKeyBlocks
{
    /// <summary>Makes the first <paramref name="count"/> keys and values of a block readable: keys [D, 64], values [64, valueStride].</summary>
    void Load(in AttentionTile tile, int block, int count, out float* keys, out float* values, out int valueStride);
}
