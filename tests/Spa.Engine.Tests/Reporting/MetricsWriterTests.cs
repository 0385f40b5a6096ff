using System.Text;
using Spa.Engine.Reporting;

namespace Spa.Engine.Tests.Reporting;

public sealed class MetricsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.File("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    private static MetricsEntry Entry(string stage, long step, params (string Key, double Value)[] values) =>
        new(stage, step, values.ToDictionary(pair => pair.Key, pair => pair.Value));

    private void Write(params MetricsEntry[] entries)
    {
        using MetricsWriter writer = MetricsWriter.Create(Log);
        foreach (MetricsEntry entry in entries) writer.Append(entry);
        writer.Sync();
    }

    private string[] Places() => [.. MetricsLog.Read(Log).Select(entry => $"{entry.Stage}:{entry.Step}")];

    [Test]
    public void Keys_come_in_a_fixed_order_whatever_the_order_given()
    {
        Write(Entry("stage-1", 3, ("zebra", 1), ("spa/flagged", 0.5), ("loss", 0.25), ("another", 2), ("epoch", 0.5),
            ("rewards/chosen", 1e-7)));
        Assert.That(File.ReadAllText(Log), Is.EqualTo(
            "{\"stage\":\"stage-1\",\"step\":3,\"epoch\":0.5,\"loss\":0.25,\"rewards/chosen\":1E-07,\"spa/flagged\":0.5,\"another\":2,\"zebra\":1}\n"));
    }

    [Test]
    public void Every_number_comes_back_bit_for_bit() =>
        Gen.Double.Array[1, 20].Sample(values =>
        {
            using TemporaryFolder folder = new();
            MetricsEntry entry = new("s", 1, values.Select((value, i) => ($"k{i}", value)).ToDictionary());
            using (MetricsWriter writer = MetricsWriter.Create(folder.File("m"))) writer.Append(entry);
            MetricsEntry back = MetricsLog.Read(folder.File("m")).Single();
            // NaNs differ only in payload, which JSON cannot carry.
            foreach ((string key, double value) in entry.Values)
                Assert.That(double.IsNaN(value) ? double.IsNaN(back[key])
                    : BitConverter.DoubleToInt64Bits(back[key]) == BitConverter.DoubleToInt64Bits(value), $"{key} = {value:R}");
        }, iter: 100);

    [Test]
    public void What_JSON_cannot_say_is_null_with_a_note()
    {
        Write(Entry("", 1, ("loss", double.NaN), ("grad_norm", double.PositiveInfinity), ("epoch", double.NegativeInfinity)));
        Assert.That(File.ReadAllText(Log), Is.EqualTo("{\"step\":1,\"epoch\":null,\"epoch/nonfinite\":\"-Infinity\","
            + "\"loss\":null,\"loss/nonfinite\":\"NaN\",\"grad_norm\":null,\"grad_norm/nonfinite\":\"Infinity\"}\n"));
        MetricsEntry back = MetricsLog.Read(Log).Single();
        Assert.That((back["epoch"], back["loss"], back["grad_norm"]),
            Is.EqualTo((double.NegativeInfinity, double.NaN, double.PositiveInfinity)));
        Assert.That(back.Values, Has.Count.EqualTo(3));
    }

    [Test]
    public void A_log_torn_at_any_byte_resumes_to_its_whole_lines()
    {
        Write(Entry("s", 1, ("loss", 1)), Entry("s", 2, ("loss", 2)));
        byte[] whole = File.ReadAllBytes(Log);
        int first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(Log, whole[..length]);
            using (MetricsWriter writer = MetricsWriter.Resume(Log, "s", 2)) writer.Append(Entry("s", 3));
            string[] expected = length < first ? ["s:3"] : length < whole.Length ? ["s:1", "s:3"] : ["s:1", "s:2", "s:3"];
            Assert.That(Places(), Is.EqualTo(expected), $"torn after {length} bytes");
        }
    }

    [Test]
    public void A_resumed_log_ends_as_an_uninterrupted_one()
    {
        Write(Entry("a", 1), Entry("a", 2), Entry("b", 1), Entry("b", 2), Entry("b", 3));
        byte[] whole = File.ReadAllBytes(Log);
        using (MetricsWriter writer = MetricsWriter.Resume(Log, "b", 1))
        {
            writer.Append(Entry("b", 2));
            writer.Append(Entry("b", 3));
        }
        Assert.That(File.ReadAllBytes(Log), Is.EqualTo(whole));
    }

    [TestCase("a", 1, "a:1")]
    [TestCase("a", 2, "a:1 a:2")]
    [TestCase("b", 0, "a:1 a:2")]
    [TestCase("b", 1, "a:1 a:2 b:1")]
    [TestCase("c", 0, "a:1 a:2 b:1 b:2")]
    public void Entries_after_the_restored_state_are_dropped(string stage, long step, string expected)
    {
        Write(Entry("a", 1), Entry("a", 2), Entry("b", 1), Entry("b", 2));
        MetricsWriter.Resume(Log, stage, step).Dispose();
        Assert.That(string.Join(' ', Places()), Is.EqualTo(expected));
    }

    [Test]
    public void A_block_that_never_reached_the_disk_is_dropped()
    {
        Write(Entry("s", 1));
        File.AppendAllText(Log, new string('\0', 500) + "\n");
        Assert.That(Places(), Is.EqualTo(new[] { "s:1" }));
        MetricsWriter.Resume(Log, "s", 1).Dispose();
        Assert.That(File.ReadAllText(Log), Does.Not.Contain("\0"));
    }

    [TestCase("[1]")]
    [TestCase("{\"step\":1.5}")]
    [TestCase("{\"loss\":1}")]
    [TestCase("{\"step\":1,\"step\":2}")]
    [TestCase("{\"stage\":\"\\ud800\",\"step\":1}")]
    [TestCase("nonsense")]
    public void A_damaged_line_in_the_middle_is_named(string line)
    {
        File.WriteAllText(Log, $"{{\"step\":1}}\n{line}\n{{\"step\":2}}\n");
        Assert.That(() => MetricsLog.Read(Log), Throws.TypeOf<SpaException>()
            .With.Message.Contains("metrics.jsonl:2: expected a JSON object"));
        Assert.That(() => MetricsWriter.Resume(Log, "", 1), Throws.TypeOf<SpaException>());
        Assert.That(new FileInfo(Log).Length, Is.GreaterThan(20), "a refused log is left alone");
    }

    [Test]
    public void A_file_without_line_feeds_is_refused_early()
    {
        File.WriteAllBytes(Log, new byte[3 << 20]);
        Assert.That(() => MetricsLog.Read(Log), Throws.TypeOf<SpaException>().With.Message.Contains(":1: "));
    }

    [Test]
    public void Lines_longer_than_a_read_block_are_whole()
    {
        MetricsEntry[] entries = [.. Enumerable.Range(1, 9).Select(step =>
            Entry("s", step, [.. Enumerable.Range(0, 2000 * step).Select(i => ($"key-{i}", i / 7.0))]))];
        Write(entries);
        IReadOnlyList<MetricsEntry> back = MetricsLog.Read(Log);
        Assert.That(back.Select(entry => entry.Values.Count), Is.EqualTo(entries.Select(entry => entry.Values.Count)));
        Assert.That(back[8]["key-17999"], Is.EqualTo(17999 / 7.0));
    }

    [Test]
    public void TRLs_own_log_reads_as_entries()
    {
        IReadOnlyList<MetricsEntry> entries = MetricsLog.Read(Support.Fixtures.Require("fixtures/training/dpo.jsonl"));
        Assert.That(entries[0].Step, Is.EqualTo(1));
        Assert.That(entries[0][MetricKeys.Loss], Is.EqualTo(0.7878172993659973));
        Assert.That(entries[0][MetricKeys.RewardsMargins], Is.EqualTo(-0.14416686445474625));
    }

    [TestCase("")]
    [TestCase("step")]
    [TestCase("stage")]
    [TestCase("loss/nonfinite")]
    public void A_key_that_would_confuse_the_reader_is_refused(string key)
    {
        using MetricsWriter writer = MetricsWriter.Create(Log);
        Assert.That(() => writer.Append(Entry("s", 1, (key, 1))), Throws.ArgumentException);
        Assert.That(new FileInfo(Log).Length, Is.Zero);
    }

    [Test]
    public void A_missing_log_is_one_clear_line() =>
        Assert.That(() => MetricsLog.Read(_folder.File("none")), Throws.TypeOf<SpaException>()
            .With.Message.StartsWith("cannot read metrics"));

    [Test]
    public void A_folder_in_the_place_of_the_log_is_one_clear_line() =>
        Assert.That(() => MetricsWriter.Create(_folder.FullName), Throws.TypeOf<SpaException>()
            .With.Message.StartsWith("cannot write metrics"));
}
