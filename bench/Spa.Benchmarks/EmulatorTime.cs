namespace Spa.Benchmarks;

/// <summary>Which time of a launch is measured.</summary>
public enum EmulatorTime
{
    /// <summary>What this process used of a processor; other work on the machine does not count.</summary>
    Processor,

    /// <summary>What passed.</summary>
    Wall,
}
