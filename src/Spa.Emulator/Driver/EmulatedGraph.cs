namespace Spa.Emulator.Driver;

/// <summary>Captured work. A node comes after its predecessors in the list.</summary>
internal sealed class EmulatedGraph(EmulatedContext context) : EmulatedObject(context, "graph")
{
    private readonly List<GraphNode> _nodes = [];

    public IReadOnlyList<GraphNode> Nodes => _nodes;

    public GraphNode Add(StreamWork work, IEnumerable<GraphNode> after)
    {
        var node = new GraphNode(_nodes.Count, work, [.. after.Select(static node => node.Index).Order()]);
        _nodes.Add(node);
        return node;
    }

    public bool HasSuccessor(GraphNode node) => _nodes.Any(other => other.After.Contains(node.Index));

    public override void Destroy()
    {
        foreach (GraphNode node in _nodes) HandleTable.Remove(node.Handle);
        base.Destroy();
    }
}
