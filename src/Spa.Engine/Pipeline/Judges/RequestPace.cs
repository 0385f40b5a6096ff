namespace Spa.Engine.Pipeline.Judges;

/// <summary>Spaces the beginnings of requests evenly, so that no minute sees more than was allowed.</summary>
internal sealed class RequestPace(double requestsPerMinute, TimeProvider time)
{
    private readonly TimeSpan _interval = requestsPerMinute > 0 ? TimeSpan.FromMinutes(1 / requestsPerMinute) : TimeSpan.Zero;
    private readonly Lock _lock = new();
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Waits for the caller's turn.</summary>
    public Task Wait(CancellationToken cancel)
    {
        if (_interval == TimeSpan.Zero) return Task.CompletedTask;
        TimeSpan wait;
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            DateTimeOffset mine = _next > now ? _next : now;
            _next = mine + _interval;
            wait = mine - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancel) : Task.CompletedTask;
    }
}
