namespace Spa.Engine.Text;

/// <summary>A clock that always shows <paramref name="now"/>, in its own offset: renderings that use <c>strftime_now</c> become repeatable.</summary>
public sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone { get; } =
        now.Offset == TimeSpan.Zero ? TimeZoneInfo.Utc : TimeZoneInfo.CreateCustomTimeZone("fixed", now.Offset, "fixed", "fixed");

    public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
}
