using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>Where a command's rows go: a file that takes its name when it is whole, or a stream.</summary>
public abstract class RowSink : IDisposable
{
    /// <summary>Rows of an interrupted earlier attempt with the same inputs; work goes on behind them.</summary>
    public virtual long Done => 0;

    /// <summary>The last of these rows, or null.</summary>
    public virtual JsonObject? Last => null;

    /// <summary>A sink for <paramref name="output"/>, or for <paramref name="stdout"/> where that is null.</summary>
    /// <param name="output">File, or null.</param>
    /// <param name="stdout">Gets JSON lines.</param>
    /// <param name="identity">Everything that the rows depend on: an interrupted attempt with the same identity is continued. Null: not continued.</param>
    /// <exception cref="SpaException">The file cannot be written.</exception>
    public static RowSink Open(string? output, TextWriter stdout, JsonObject? identity = null)
    {
        if (output is null) return new StreamRowSink(stdout);
        if (Directory.Exists(output)) throw new SpaException($"cannot write '{output}': it is a folder; name a file");
        // A packed file cannot grow line by line.
        bool packed = output.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        return identity is null || packed ? new WholeRowSink(output) : new ResumableRowSink(output, ContentHash.Of(identity));
    }

    /// <exception cref="SpaException">The disk is full, or the row holds a number that JSON cannot hold.</exception>
    public abstract void Write(JsonObject row);

    /// <summary>All rows are there.</summary>
    public abstract void Commit();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}
