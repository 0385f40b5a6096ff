using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>An instantiated graph. A launch takes the nodes as they are then; an update is for later launches.</summary>
internal sealed class EmulatedGraphExec(EmulatedGraph graph) : EmulatedObject(graph.Context, "executable graph")
{
    private GraphNode[] _nodes = [.. graph.Nodes];

    public StreamWork Work => new GraphWork(_nodes);

    /// <summary>Takes the arguments of another graph of the same shape.</summary>
    /// <returns>Success, or why not, with the node of the other graph where they differ (null: in number).</returns>
    public (CUgraphExecUpdateResult Result, GraphNode? Node) Update(EmulatedGraph other)
    {
        if (other.Nodes.Count != _nodes.Length) return (CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED, null);
        foreach ((GraphNode old, GraphNode changed) in _nodes.Zip(other.Nodes))
        {
            if (!old.After.AsSpan().SequenceEqual(changed.After)) return (CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED, changed);
            if (old.Work.Kind != changed.Work.Kind) return (CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED, changed);
        }

        _nodes = [.. other.Nodes];
        return (CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS, null);
    }
}
