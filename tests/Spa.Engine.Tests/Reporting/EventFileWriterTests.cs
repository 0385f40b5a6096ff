using Spa.Engine.Reporting.TensorBoard;

namespace Spa.Engine.Tests.Reporting;

public sealed class EventFileWriterTests : IDisposable
{
    private static readonly DateTimeOffset s_time = new(2025, 3, 9, 17, 4, 0, 500, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Test]
    public void The_reader_knows_the_published_checksum()
    {
        // RFC 3720 B.4: 32 zero bytes, and the usual check string.
        Assert.That(EventFileReader.Crc(new byte[32]), Is.EqualTo(0x8A9136AA));
        Assert.That(EventFileReader.Crc("123456789"u8), Is.EqualTo(0xE3069283));
    }

    [Test]
    public void Scalars_come_back_with_step_and_time()
    {
        string path;
        using (EventFileWriter writer = EventFileWriter.Create(_folder.FullName, s_time))
        {
            path = writer.Path;
            writer.Scalars(s_time.AddSeconds(1), 300, [new("loss", 0.25), new("grad_norm ∇", double.NaN)]);
        }
        Assert.That(Path.GetFileName(path), Is.EqualTo("events.out.tfevents.1741539840.spa"));
        EventFileReader.Message[] events = EventFileReader.Read(path);
        Assert.That(events, Has.Length.EqualTo(2));
        Assert.That(events[0].String(3), Is.EqualTo("brain.Event:2"));
        Assert.That(events[1].Double(1), Is.EqualTo(1741539841.5));
        Assert.That(events[1].Int64(2), Is.EqualTo(300));
        EventFileReader.Message[] values = events[1].Messages(5).Single().Messages(1);
        Assert.That(values.Select(value => value.String(1)), Is.EqualTo(new[] { "loss", "grad_norm ∇" }));
        Assert.That(values.Select(value => value.Float(2)), Is.EqualTo(new[] { 0.25f, float.NaN }));
    }

    [Test]
    public void A_histogram_holds_every_finite_value()
    {
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => Math.Sin(i)), 1e5, -1e5, double.NaN];
        using EventFileWriter writer = EventFileWriter.Create(_folder.FullName, s_time);
        writer.Histogram(s_time, 7, "spa/margins", values);
        EventFileReader.Message value = EventFileReader.Read(writer.Path)[1].Messages(5).Single().Messages(1).Single(),
            histogram = value.Messages(5).Single();
        Assert.That(value.String(1), Is.EqualTo("spa/margins"));
        Assert.That((histogram.Double(1), histogram.Double(2), histogram.Double(3)), Is.EqualTo((-1e5, 1e5, 1002.0)));
        double[] limits = histogram.Doubles(6), counts = histogram.Doubles(7);
        Assert.That(counts.Sum(), Is.EqualTo(1002));
        Assert.That(limits, Has.Length.EqualTo(counts.Length).And.Ordered.Ascending);
        Assert.That(limits[^1], Is.EqualTo(1e5));
        Assert.That(histogram.Double(5), Is.EqualTo(values.Where(double.IsFinite).Sum(x => x * x)));
    }

    [Test]
    public void A_resumed_run_tells_TensorBoard_where_it_starts()
    {
        EventFileWriter.Create(_folder.FullName, s_time).Dispose();
        using EventFileWriter second = EventFileWriter.Create(_folder.FullName, s_time, resumedAt: 40);
        Assert.That(Directory.GetFiles(_folder.FullName), Has.Length.EqualTo(2), "the first file is not overwritten");
        EventFileReader.Message start = EventFileReader.Read(second.Path)[1];
        Assert.That(start.Int64(2), Is.EqualTo(40));
        Assert.That(start.Messages(7).Single().Int64(1), Is.EqualTo(1));
    }

    [Test]
    public void No_finite_value_writes_no_histogram()
    {
        using EventFileWriter writer = EventFileWriter.Create(_folder.FullName, s_time);
        writer.Histogram(s_time, 1, "empty", [double.NaN]);
        Assert.That(EventFileReader.Read(writer.Path), Has.Length.EqualTo(1));
    }
}
