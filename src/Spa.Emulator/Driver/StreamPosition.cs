namespace Spa.Emulator.Driver;

/// <summary>The first <paramref name="Ticket"/> pieces of work of a stream.</summary>
internal readonly record struct StreamPosition(EmulatedStream Stream, long Ticket)
{
    public bool IsPending => Stream.Done < Ticket;
}
