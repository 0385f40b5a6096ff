using System.Buffers.Binary;
using System.Numerics;
using Spa.Engine.Formats;

namespace Spa.Engine.Reporting.TensorBoard;

/// <summary>
/// A TensorBoard event file: records of <c>tensorflow.Event</c> messages, each framed by its length and masked CRC-32C
/// (tensorflow/core/lib/io/record_writer.h). TensorBoard merges all event files of a folder, so a resumed run adds one.
/// </summary>
public sealed class EventFileWriter : IDisposable
{
    // Field numbers of tensorflow/core/util/event.proto and framework/summary.proto.
    private const int EventWallTime = 1, EventStep = 2, EventFileVersion = 3, EventSummary = 5, EventSessionLog = 7;
    private const int SessionLogStatus = 1, SessionStart = 1;
    private const int SummaryValue = 1, ValueTag = 1, ValueSimple = 2, ValueHistogram = 5;
    private const int HistogramMin = 1, HistogramMax = 2, HistogramNum = 3, HistogramSum = 4, HistogramSquares = 5, HistogramLimits = 6,
        HistogramCounts = 7;

    private readonly FileStream _stream;

    private EventFileWriter(FileStream stream) => _stream = stream;

    /// <summary>Path of the file.</summary>
    public string Path => _stream.Name;

    /// <summary>Starts a new event file in a folder, which is created if need be.</summary>
    /// <param name="folder">The folder to point TensorBoard at.</param>
    /// <param name="start">Time of opening; TensorBoard reads files in the order of the seconds in their names.</param>
    /// <param name="resumedAt">Set on a resumed run: TensorBoard then drops what older files hold from this step on.</param>
    public static EventFileWriter Create(string folder, DateTimeOffset start, long? resumedAt = null)
    {
        try
        {
            Directory.CreateDirectory(folder);
            EventFileWriter writer = new(CreateNew(System.IO.Path.Combine(folder,
                $"events.out.tfevents.{start.ToUnixTimeSeconds():D10}.spa")));
            writer.WriteEvent(NewEvent(start, 0).String(EventFileVersion, "brain.Event:2"));
            if (resumedAt is { } step)
                writer.WriteEvent(NewEvent(start, step).Message(EventSessionLog, new ProtobufWriter()
                    .Int64(SessionLogStatus, SessionStart)));
            return writer;
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw new SpaException($"cannot write TensorBoard events to '{folder}': {FileErrors.Reason(error)}; check permissions and free space", error);
        }
    }

    /// <summary>Writes one event with a point for every tag. TensorBoard stores scalars as float32.</summary>
    public void Scalars(DateTimeOffset time, long step, IEnumerable<KeyValuePair<string, double>> values)
    {
        ProtobufWriter summary = new();
        foreach ((string tag, double value) in values)
            summary.Message(SummaryValue, new ProtobufWriter().String(ValueTag, tag).Float(ValueSimple, (float)value));
        WriteEvent(NewEvent(time, step).Message(EventSummary, summary));
    }

    /// <summary>Writes the distribution of the finite values; nothing where there is none.</summary>
    public void Histogram(DateTimeOffset time, long step, string tag, ReadOnlySpan<double> values)
    {
        double[] finite = [.. values.ToArray().Where(double.IsFinite)];
        if (finite.Length == 0) return;
        HistogramData bins = HistogramData.FromValues(finite);
        // The format has no room beside the axis: outliers get outer bins of their own, bounded by the extremes.
        List<double> limits = [.. bins.Edges.Skip(1)], counts = [.. bins.Counts.Select(count => (double)count)];
        if (bins.Below > 0) (limits, counts) = ([bins.Edges[0], .. limits], [bins.Below, .. counts]);
        if (bins.Above > 0) (limits, counts) = ([.. limits, finite.Max()], [.. counts, bins.Above]);
        ProtobufWriter histogram = new ProtobufWriter()
            .Double(HistogramMin, finite.Min()).Double(HistogramMax, finite.Max()).Double(HistogramNum, finite.Length)
            .Double(HistogramSum, finite.Sum()).Double(HistogramSquares, finite.Sum(value => value * value))
            .PackedDoubles(HistogramLimits, limits).PackedDoubles(HistogramCounts, counts);
        ProtobufWriter summary = new ProtobufWriter()
            .Message(SummaryValue, new ProtobufWriter().String(ValueTag, tag).Message(ValueHistogram, histogram));
        WriteEvent(NewEvent(time, step).Message(EventSummary, summary));
    }

    public void Dispose() => _stream.Dispose();

    private static FileStream CreateNew(string path)
    {
        // Two files begun within one second (a quick resume) must not overwrite each other.
        for (int i = 0; ; i++)
        {
            string name = i == 0 ? path : $"{path}.{i}";
            if (!File.Exists(name)) return new(name, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
    }

    private static ProtobufWriter NewEvent(DateTimeOffset time, long step) =>
        new ProtobufWriter().Double(EventWallTime, time.ToUnixTimeMilliseconds() / 1000.0).Int64(EventStep, step);

    /// <summary>length u64, crc(length) u32, data, crc(data) u32; one write, so a killed process tears at most the last record.</summary>
    private void WriteEvent(ProtobufWriter message)
    {
        ReadOnlySpan<byte> data = message.Written;
        byte[] record = new byte[8 + 4 + data.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedCrc(record.AsSpan(0, 8)));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), MaskedCrc(data));
        try
        {
            _stream.Write(record);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw new SpaException($"cannot write TensorBoard events to '{Path}': {FileErrors.Reason(error)}; check free space", error);
        }
    }

    /// <summary>The mask keeps a CRC of data that itself holds CRCs from degenerating (leveldb's rule).</summary>
    private static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data) crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }
}
