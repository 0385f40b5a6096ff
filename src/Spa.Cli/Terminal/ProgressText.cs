using System.Globalization;

namespace Spa.Cli.Terminal;

/// <summary>Progress in words.</summary>
internal static class ProgressText
{
    private const int BarWidth = 24;
    private const int MinBarWidth = 8;

    /// <summary>A line for a log: <c>stage-1/sample: 412/1000 prompts (41%), 12.3/s, 0:48 left, loss 0.61</c>.</summary>
    public static string Plain(ProgressMeter meter)
    {
        string text = $"{meter.Phase}: {Count(meter)} {meter.Unit}{Percent(meter)}";
        if (meter.Rate is { } rate) text += $", {Rate(rate)}";
        text += meter.IsComplete ? $", took {Duration(meter.Elapsed)}" : meter.Remaining is { } left ? $", {Duration(left)} left" : "";
        return meter.Detail.Length > 0 ? $"{text}, {meter.Detail}" : text;
    }

    /// <summary>A line for a terminal of a given width, with a bar; the least important part goes first where it does not fit.</summary>
    public static string Live(ProgressMeter meter, int width, bool unicode)
    {
        string head = $"{meter.Phase}  ", count = $"{Count(meter)} {meter.Unit}";
        string speed = meter.Rate is { } rate ? $"  {Rate(rate)}" : "";
        string time = meter.IsComplete ? $"  {Duration(meter.Elapsed)}" : meter.Remaining is { } left ? $"  {Duration(left)} left" : "";
        string detail = meter.Detail.Length > 0 ? $"  {meter.Detail}" : "";
        // The last column stays free: terminals wrap when it is written.
        int room = width - 1 - head.Length - count.Length - speed.Length - time.Length;
        string bar = room - 2 >= MinBarWidth && meter.Total > 0 ? Bar(meter, Math.Min(BarWidth, room - 2), unicode) + "  " : "";
        room -= bar.Length;
        string line = head + bar + count + speed + time + (detail.Length <= room ? detail : "");
        return line.Length < width ? line : line[..Math.Max(0, width - 1)];
    }

    /// <summary>Hours, minutes and seconds: <c>0:07</c>, <c>12:30</c>, <c>1:02:03</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        long seconds = (long)Math.Round(time.TotalSeconds);
        return seconds >= 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}");
    }

    private static string Bar(ProgressMeter meter, int width, bool unicode)
    {
        int filled = (int)(Math.Clamp(meter.Done / (double)meter.Total, 0, 1) * width);
        return unicode ? new string('━', filled) + new string('╌', width - filled) : new string('#', filled) + new string('.', width - filled);
    }

    private static string Count(ProgressMeter meter) => meter.Total > 0 ? $"{meter.Done}/{meter.Total}" : $"{meter.Done}";

    private static string Percent(ProgressMeter meter) =>
        meter.Total > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({Math.Floor(100.0 * meter.Done / meter.Total):0}%)") : "";

    private static string Rate(double rate) => rate >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{rate:0.#}/s")
        : string.Create(CultureInfo.InvariantCulture, $"{1 / rate:0.#} s each");
}
