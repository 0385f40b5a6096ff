namespace Spa.Engine.Training;

/// <summary>Where in its stage an update stands.</summary>
/// <param name="Done">Updates before it.</param>
/// <param name="Total">Updates of the stage.</param>
/// <param name="MicroBatches">Micro-batches of this update (the last update of an epoch may have fewer).</param>
public readonly record struct UpdateContext(int Done, int Total, int MicroBatches);
