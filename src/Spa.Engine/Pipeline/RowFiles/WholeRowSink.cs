using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>A file that appears when it is whole.</summary>
internal sealed class WholeRowSink(string path) : RowSink
{
    private readonly RowWriter _writer = new(path);

    public override void Write(JsonObject row) => _writer.Write(row);

    public override void Commit() => _writer.Commit();

    protected override void Dispose(bool disposing)
    {
        _writer.Dispose();
        base.Dispose(disposing);
    }
}
