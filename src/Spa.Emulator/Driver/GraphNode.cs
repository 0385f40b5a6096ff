namespace Spa.Emulator.Driver;

/// <summary>A piece of work of a graph, and the indices of the nodes that it comes after.</summary>
internal sealed class GraphNode
{
    public GraphNode(int index, StreamWork work, int[] after)
    {
        Index = index;
        Work = work;
        After = after;
        Handle = HandleTable.Add(this);
    }

    public int Index { get; }

    public StreamWork Work { get; }

    public int[] After { get; }

    public nint Handle { get; }
}
