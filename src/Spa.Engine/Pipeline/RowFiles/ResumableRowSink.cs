using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>A file that appears when it is whole; what an interrupted attempt wrote is kept beside it and continued.</summary>
internal sealed class ResumableRowSink : RowSink
{
    private readonly PartialRows _rows;

    public ResumableRowSink(string path, string key)
    {
        try
        {
            _rows = new PartialRows(path, key);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Writing(path, error);
        }
    }

    public override long Done => _rows.Existing.Count;

    public override JsonObject? Last => _rows.Existing.Count > 0 ? _rows.Existing[^1] : null;

    public override void Write(JsonObject row) => _rows.Append(row);

    public override void Commit() => _rows.Commit();

    protected override void Dispose(bool disposing)
    {
        _rows.Dispose();
        base.Dispose(disposing);
    }
}
