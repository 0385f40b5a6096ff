using Spa.Engine.Data;

namespace Spa.Engine.Evaluation.MtBench;

/// <summary>A question of two turns.</summary>
/// <param name="Id"><c>question_id</c>.</param>
/// <param name="Category">Such as <c>writing</c>.</param>
/// <param name="Turns">The user's messages.</param>
public sealed record MtBenchQuestion(int Id, string Category, IReadOnlyList<string> Turns)
{
    private static readonly string[] s_withReference = ["math", "reasoning", "coding"];

    /// <summary>Whether the judge sees reference answers.</summary>
    public bool NeedsReference => s_withReference.Contains(Category);

    /// <summary>Temperature of the answers; 0 is greedy.</summary>
    public double Temperature => Category switch
    {
        "stem" or "humanities" => 0.1,
        "math" or "coding" or "reasoning" or "extraction" => 0,
        _ => 0.7,
    };

    /// <summary>Reads FastChat's question.jsonl.</summary>
    /// <exception cref="SpaException">The file or a row cannot be used.</exception>
    public static IReadOnlyList<MtBenchQuestion> Read(string path)
    {
        List<MtBenchQuestion> questions = [];
        HashSet<int> seen = [];
        foreach (SourceRow row in RowReader.Read(path))
        {
            MtBenchQuestion question = new(MtBenchRow.Id(row), MtBenchRow.Text(row, "category"), MtBenchRow.Texts(row.Json["turns"], row, "turns"));
            if (question.Turns.Count is 0 or > 2) throw new SpaException($"{row.Location}: expected one or two 'turns', found {question.Turns.Count}");
            if (!seen.Add(question.Id)) throw new SpaException($"{row.Location}: question_id {question.Id} appears twice");
            questions.Add(question);
        }

        return questions.Count > 0 ? questions : throw new SpaException($"{path}: expected questions, found no row");
    }
}
