namespace Spa.Engine.Compute.Cuda;

/// <summary>What launches that read a <see cref="PagedWork"/> depend on: the room of its parts, from which their places and the grids follow, and which kinds of work there are.</summary>
/// <param name="SmallRoom">Tiles of one warp.</param>
/// <param name="LargeRoom">Tiles of four warps.</param>
/// <param name="SplitRoom">Tokens whose keys are split.</param>
/// <param name="SlotRoom">Partial results of all of them.</param>
/// <param name="RowRoom">Rows.</param>
/// <param name="HasSmall">There are tiles of one warp.</param>
/// <param name="HasLarge">There are tiles of four warps.</param>
/// <param name="HasSplits">Some token's keys are split.</param>
/// <param name="HasChunks">A tile of four warps goes through its keys in more than one chunk.</param>
internal readonly record struct PagedShape(int SmallRoom, int LargeRoom, int SplitRoom, int SlotRoom, int RowRoom, bool HasSmall, bool HasLarge, bool HasSplits, bool HasChunks);
