namespace Spa.Emulator.Driver;

/// <summary>A memset of bytes or 32-bit words.</summary>
internal sealed class FillWork(ulong address, uint value, long count, int elementBytes) : StreamWork
{
    public override string Kind => "memset";

    public override void Run(EmulatedContext context)
    {
        context.Core.Memory.Fill(address, value, elementBytes, count);
    }
}
