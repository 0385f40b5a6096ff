namespace Spa.Emulator.Driver;

/// <summary>A piece of work of a stream or a node of a graph: may run many times.</summary>
internal abstract class StreamWork
{
    /// <summary>What it is, in words; nodes of two graphs match if these are equal.</summary>
    public abstract string Kind { get; }

    public abstract void Run(EmulatedContext context);
}
