using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Text;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary><c>spa tokenize</c>: rows <c>{text}</c> to <c>{ids}</c> and back, in the order of the file, on several threads.</summary>
public static class TokenizeRows
{
    private const string Phase = "tokenize";

    /// <summary>Rows <c>{text}</c> to rows <c>{ids}</c>.</summary>
    /// <exception cref="SpaException">A row has no text; names file and line.</exception>
    public static void Encode(string input, Tokenizer tokenizer, bool addSpecialTokens, int threads, RowSink sink, RunLog log, CancellationToken cancel) =>
        ParallelRows.Run(Phase, input, threads, row =>
            new JsonObject { ["ids"] = ResponseJson.Numbers(tokenizer.Encode(Text(row), addSpecialTokens)) }, sink, log, cancel);

    /// <summary>Rows <c>{ids}</c> to rows <c>{text}</c>.</summary>
    /// <exception cref="SpaException">A row has no ids; names file and line.</exception>
    public static void Decode(string input, Tokenizer tokenizer, bool skipSpecialTokens, int threads, RowSink sink, RunLog log, CancellationToken cancel) =>
        ParallelRows.Run(Phase, input, threads, row => new JsonObject { ["text"] = tokenizer.Decode(Ids(row), skipSpecialTokens) }, sink, log, cancel);

    private static string Text(SourceRow row) => row.Json["text"] is JsonValue value && value.TryGetValue(out string? text)
        ? text : throw new SpaException($"{row.Location}: expected a row {{\"text\": \"...\"}}, found no string 'text'");

    private static int[] Ids(SourceRow row)
    {
        if (row.Json["ids"] is not JsonArray list) throw new SpaException($"{row.Location}: expected a row {{\"ids\": [...]}}, found no list 'ids'");
        int[] ids = new int[list.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = list[i] is JsonValue value && value.TryGetValue(out int id)
                ? id : throw new SpaException($"{row.Location}: expected whole numbers in 'ids', found {list[i]?.ToJsonString() ?? "null"} at {i}");
        }

        return ids;
    }
}
