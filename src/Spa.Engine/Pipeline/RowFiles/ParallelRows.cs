using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>Turns rows into rows one by one, on several threads, in the order of the file.</summary>
internal static class ParallelRows
{
    // Rows of a batch: enough to keep threads busy, few enough to stream.
    private const int Batch = 512;

    public static void Run(string phase, string input, int threads, Func<SourceRow, JsonObject> convert, RowSink sink, RunLog log, CancellationToken cancel)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancel };
        long done = 0;
        foreach (SourceRow[] batch in RowReader.Read(input).Chunk(Batch))
        {
            JsonObject[] results = new JsonObject[batch.Length];
            Exception?[] errors = new Exception?[batch.Length];
            Parallel.For(0, batch.Length, options, i =>
            {
                try
                {
                    results[i] = convert(batch[i]);
                }
                catch (SpaException error)
                {
                    errors[i] = error;
                }
            });
            // The first bad row of the file is named, whichever thread met one first.
            if (Array.Find(errors, error => error is not null) is { } first) throw first;
            foreach (JsonObject result in results) sink.Write(result);
            done += batch.Length;
            log.Progress(phase, done, 0, "rows");
        }

        sink.Commit();
    }
}
