using Spa.Engine.Data;

namespace Spa.Engine.Evaluation.MtBench;

/// <summary>FastChat's judge_prompts.jsonl: the prompts of single-answer grading.</summary>
public sealed class MtBenchPrompts
{
    private readonly Dictionary<string, (string System, string Template)> _prompts = new(StringComparer.Ordinal);
    private readonly string _path;

    /// <exception cref="SpaException">The file or a row cannot be used.</exception>
    public MtBenchPrompts(string path)
    {
        _path = path;
        foreach (SourceRow row in RowReader.Read(path)) _prompts[MtBenchRow.Text(row, "name")] = (MtBenchRow.Text(row, "system_prompt"), MtBenchRow.Text(row, "prompt_template"));
    }

    /// <summary>The prompt's name for a turn (1 or 2) of a question.</summary>
    public static string NameOf(MtBenchQuestion question, int turn) => (question.NeedsReference ? "single-math-v1" : "single-v1") + (turn == 2 ? "-multi-turn" : "");

    /// <summary>The judge's conversation: turn 1 shows question and answer, turn 2 the whole conversation.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="turn">1 or 2.</param>
    /// <param name="answers">The model's answers, as many as turns.</param>
    /// <param name="reference">Reference answers, where the question needs them.</param>
    /// <exception cref="SpaException">The file lacks the prompt, or there is no reference answer.</exception>
    public IReadOnlyList<Message> Fill(MtBenchQuestion question, int turn, IReadOnlyList<string> answers, IReadOnlyList<string>? reference)
    {
        string name = NameOf(question, turn);
        if (!_prompts.TryGetValue(name, out (string System, string Template) prompt))
            throw new SpaException($"{_path}: expected a prompt named '{name}', found {string.Join(", ", _prompts.Keys)}");
        if (question.NeedsReference && (reference is null || reference.Count < turn))
            throw new SpaException($"question {question.Id} ({question.Category}) is judged against a reference answer, and there is none for turn {turn}; "
                + "name the file of reference answers");
        Dictionary<string, string> values = new(StringComparer.Ordinal) { ["question"] = question.Turns[0], ["answer"] = answers[0] };
        for (int i = 0; i < turn; i++)
        {
            values[$"question_{i + 1}"] = question.Turns[i];
            values[$"answer_{i + 1}"] = answers[i];
            if (reference is not null && i < reference.Count) values[$"ref_answer_{i + 1}"] = reference[i];
        }

        Message user = new(Message.User, FilledText.Fill(prompt.Template, values));
        return prompt.System.Length == 0 ? [user] : [new Message(Message.System, prompt.System), user];
    }
}
