using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// How a judge is asked which of two responses is better. A file holds one user message, or several messages between ChatML marks
/// (<c>&lt;|im_start|&gt;role</c> ... <c>&lt;|im_end|&gt;</c>), with the places <c>{instruction}</c>, <c>{output_1}</c>, <c>{output_2}</c>; FastChat's names
/// <c>{question}</c>, <c>{answer_a}</c>, <c>{answer_b}</c> are known too.
/// </summary>
public sealed class PairPrompt
{
    private const string Start = "<|im_start|>", End = "<|im_end|>";

    private const string BuiltInSystem = "You compare two answers to the same instruction and say which one a careful reader would prefer.";

    private const string BuiltInUser = """
        Below are an instruction and two answers to it. Decide which answer is better: more helpful, more correct, closer to what was asked. Longer is not better, and the order of the answers means nothing.

        [Instruction]
        {instruction}

        [Answer A]
        {output_1}

        [Answer B]
        {output_2}

        Which answer is better? Reply with one letter and nothing else: A or B.
        """;

    private readonly Message[] _messages;

    /// <param name="messages">With places to fill.</param>
    /// <param name="firstVerdict">What the judge says if the response shown first is better.</param>
    /// <param name="secondVerdict">What it says if the second is.</param>
    /// <exception cref="UsageException">The verdicts cannot be told apart.</exception>
    public PairPrompt(IReadOnlyList<Message> messages, string firstVerdict, string secondVerdict)
    {
        (_messages, FirstVerdict, SecondVerdict) = ([.. messages], firstVerdict, secondVerdict);
        if (firstVerdict.Length == 0 || secondVerdict.Length == 0 || firstVerdict == secondVerdict)
            throw new UsageException($"the two verdicts of a judge must be two different words, found '{firstVerdict}' and '{secondVerdict}'");
    }

    /// <summary>The prompt of this engine; its verdicts are A and B.</summary>
    public static PairPrompt BuiltIn { get; } = new([new Message(Message.System, BuiltInSystem), new Message(Message.User, BuiltInUser)], "A", "B");

    public string FirstVerdict { get; }

    public string SecondVerdict { get; }

    /// <summary>Whether the judge is told to explain first and to end with [[A]] or [[B]], as FastChat's prompts do.</summary>
    public bool AsksForMark => _messages.Any(m => m.Content.Contains("[[A]]", StringComparison.Ordinal));

    /// <summary>The messages as they stand, for hashes.</summary>
    public string Identity => string.Join('\n', _messages.Select(m => $"{m.Role}\n{m.Content}").Append(FirstVerdict).Append(SecondVerdict));

    /// <summary>Reads a prompt from a file.</summary>
    /// <exception cref="SpaException">The file cannot be read, a mark is not closed, or a place is missing.</exception>
    public static PairPrompt Read(string path, string firstVerdict, string secondVerdict)
    {
        string text = JsonFiles.ReadText(path);
        PairPrompt prompt = new(text.Contains(Start, StringComparison.Ordinal) ? Messages(text, path) : [new Message(Message.User, text)], firstVerdict, secondVerdict);
        string all = string.Concat(prompt._messages.Select(m => m.Content));
        foreach ((string ours, string other) in new[] { ("{output_1}", "{answer_a}"), ("{output_2}", "{answer_b}") })
        {
            if (!all.Contains(ours, StringComparison.Ordinal) && !all.Contains(other, StringComparison.Ordinal))
                throw new SpaException($"{path}: expected the place {ours} (or {other}) in the judge's prompt, found none; the judge would not see the responses");
        }

        return prompt;
    }

    /// <summary>The messages for a question.</summary>
    public IReadOnlyList<Message> Fill(PairQuestion question)
    {
        string instruction = PromptText.Of(question.Prompt);
        Dictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["instruction"] = instruction,
            ["question"] = instruction,
            ["output_1"] = question.First,
            ["answer_a"] = question.First,
            ["output_2"] = question.Second,
            ["answer_b"] = question.Second,
        };
        return [.. _messages.Select(m => new Message(m.Role, FilledText.Fill(m.Content, values)))];
    }

    private static List<Message> Messages(string text, string path)
    {
        List<Message> messages = [];
        for (int start = text.IndexOf(Start, StringComparison.Ordinal); start >= 0; start = text.IndexOf(Start, start + 1, StringComparison.Ordinal))
        {
            int end = text.IndexOf(End, start, StringComparison.Ordinal), line = text.IndexOf('\n', start);
            if (end < 0 || line < 0 || line > end) throw new SpaException($"{path}: expected '{Start}role', a line feed, the text and '{End}'; message {messages.Count + 1} is not like that");
            string role = text[(start + Start.Length)..line].Trim();
            if (!Message.IsKnownRole(role)) throw new SpaException($"{path}: message {messages.Count + 1} has the role '{role}'; expected system, user or assistant");
            messages.Add(new Message(role, text[(line + 1)..end].Trim('\n')));
            start = end;
        }

        return messages;
    }
}
