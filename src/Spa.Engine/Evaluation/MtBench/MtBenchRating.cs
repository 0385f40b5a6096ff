using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Evaluation.MtBench;

/// <summary>What a judge gave one turn of one question.</summary>
/// <param name="Question"><c>question_id</c>.</param>
/// <param name="Turn">1 or 2.</param>
/// <param name="Score"><see cref="Rating.None"/> where no rating could be read.</param>
public readonly record struct MtBenchRating(int Question, int Turn, double Score)
{
    /// <summary>Whether it counts.</summary>
    public bool IsRated => Score != Rating.None;

    /// <summary>Reads a judgement file of FastChat; of several judgements of a turn the last counts.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">Only rows of this model; null: the file has one.</param>
    /// <exception cref="SpaException">The file or a row cannot be used, or holds several models and none was named.</exception>
    public static IReadOnlyList<MtBenchRating> Read(string path, string? model)
    {
        Dictionary<(int, int), MtBenchRating> ratings = [];
        string? only = model;
        foreach (SourceRow row in RowReader.Read(path))
        {
            string of = MtBenchRow.Text(row, "model");
            if (model is null && only is not null && only != of) throw new SpaException($"{path}: holds judgements of '{only}' and '{of}'; say which with --name");
            only ??= of;
            if (of != only) continue;
            if (row.Json["turn"] is not JsonValue turn || !turn.TryGetValue(out int number) || number is < 1 or > 2)
                throw new SpaException($"{row.Location}: expected 'turn' to be 1 or 2, found {row.Json["turn"]?.ToJsonString() ?? "none"}");
            if (row.Json["score"] is not JsonValue score || !score.TryGetValue(out double value))
                throw new SpaException($"{row.Location}: expected 'score' to be a number, found {row.Json["score"]?.ToJsonString() ?? "none"}");
            ratings[(MtBenchRow.Id(row), number)] = new MtBenchRating(MtBenchRow.Id(row), number, value);
        }

        return ratings.Count > 0 ? [.. ratings.Values] : throw new SpaException($"{path}: holds no judgement{(model is null ? "" : $" of '{model}'")}");
    }
}
