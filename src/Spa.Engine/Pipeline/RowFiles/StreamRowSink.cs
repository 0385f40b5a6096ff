using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>JSON lines to a stream, each flushed: the reader sees a row when it is made.</summary>
public sealed class StreamRowSink(TextWriter writer) : RowSink
{
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write(JsonObject row)
    {
        writer.Write(row.ToJsonString(s_relaxed) + "\n");
        writer.Flush();
    }

    public override void Commit() => writer.Flush();
}
