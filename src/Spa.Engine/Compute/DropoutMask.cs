namespace Spa.Engine.Compute;

/// <summary>Which elements <see cref="ComputeBackend.Dropout"/> drops, besides the keys of the rows.</summary>
/// <param name="Seed">Key of the generator: the run's seed and the update.</param>
/// <param name="Stream">Tells apart what is dropped under one seed: layer and place.</param>
/// <param name="Rate">Share of elements that become 0, in [0, 1).</param>
public readonly record struct DropoutMask(ulong Seed, uint Stream, double Rate)
{
    /// <summary>Words below it are dropped.</summary>
    public uint Threshold => (uint)(Rate * 4294967296.0);

    /// <summary>What the others are multiplied by, so that the mean stays.</summary>
    public float Scale => (float)(1 / (1 - Rate));
}
