namespace Spa.Emulator.Driver;

/// <summary>A memset of bytes or 32-bit words.</summary>
internal sealed class FillWork(ulong address, uint value, long count, int elementBytes) : StreamWork
{
    private const int Chunk = 1 << 16;

    public override string Kind => "memset";

    public override void Run(EmulatedContext context)
    {
        uint word = elementBytes == 1 ? value * 0x01010101u : value;
        long bytes = count * elementBytes;
        uint[] pattern = new uint[Math.Min(Chunk, (bytes + 3) / 4)];
        Array.Fill(pattern, word);
        ReadOnlySpan<byte> source = System.Runtime.InteropServices.MemoryMarshal.AsBytes(pattern.AsSpan());
        for (long done = 0; done < bytes; done += source.Length)
            context.Core.Memory.Write(address + (ulong)done, source[..(int)Math.Min(source.Length, bytes - done)]);
    }
}
