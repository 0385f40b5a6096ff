namespace Spa.Engine.Compute.Cpu;

/// <summary>A row count as a type: the compiler makes one kernel for each, with no test of the count left in its loop.</summary>
internal interface IMatMulRows
{
    static abstract int Count { get; }
}
