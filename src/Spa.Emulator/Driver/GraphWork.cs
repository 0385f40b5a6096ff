namespace Spa.Emulator.Driver;

/// <summary>A launch of a graph: its nodes in an order drawn from the seed among those that their dependencies allow.</summary>
internal sealed class GraphWork(GraphNode[] nodes) : StreamWork
{
    public override string Kind => "graph";

    public override void Run(EmulatedContext context)
    {
        int[] missing = [.. nodes.Select(static node => node.After.Length)];
        List<int> ready = [.. Enumerable.Range(0, nodes.Length).Where(i => missing[i] == 0)];
        var followers = new List<int>[nodes.Length];
        for (int i = 0; i < nodes.Length; i++) followers[i] = [];
        foreach (GraphNode node in nodes)
            foreach (int before in node.After) followers[before].Add(node.Index);
        while (ready.Count > 0)
        {
            int drawn = context.Driver.Order.Next(ready.Count), index = ready[drawn];
            ready.RemoveAt(drawn);
            nodes[index].Work.Run(context);
            foreach (int follower in followers[index])
                if (--missing[follower] == 0) ready.Add(follower);
        }
    }
}
