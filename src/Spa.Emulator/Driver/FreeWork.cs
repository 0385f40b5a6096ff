namespace Spa.Emulator.Driver;

/// <summary>The end of an allocation in stream order.</summary>
internal sealed class FreeWork(ulong address) : StreamWork
{
    public override string Kind => "free";

    public override void Run(EmulatedContext context) => context.Memory.ReleaseLate(address);
}
