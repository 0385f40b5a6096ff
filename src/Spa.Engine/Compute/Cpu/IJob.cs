namespace Spa.Engine.Compute.Cpu;

/// <summary>Work that falls into independent parts. A struct, so that handing it to the pool allocates nothing.</summary>
internal interface IJob
{
    /// <summary>Computes part <paramref name="index"/>; called once per part, from any thread, in any order.</summary>
    void Execute(int index);
}
