using System.Diagnostics;

namespace Spa.Emulator.Driver;

/// <summary>Takes the time of an event, unless the event was recorded again since.</summary>
internal sealed class RecordWork(EmulatedEvent target, long version) : StreamWork
{
    public override string Kind => "event";

    public override void Run(EmulatedContext context)
    {
        if (target.Version == version) target.Timestamp = Stopwatch.GetTimestamp();
    }
}
