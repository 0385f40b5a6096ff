using Spa.Engine.Data;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Data;

/// <summary>A tokenizer whose ids are UTF-16 code units, with four marks as special tokens and <c>ab</c> as one merged token.</summary>
internal sealed class CharTokenizer : IRowTokenizer
{
    public const int Bos = 1;
    public const int Eos = 2;
    public const int TurnEnd = 3;
    public const int Merged = 4;

    /// <summary>What the template writes between the assistant's content and the next turn.</summary>
    public string TurnSuffix { get; init; } = "<end>\n";

    /// <summary>What the template writes before the content of every turn.</summary>
    public string Header { get; init; } = "";

    /// <summary>Whether an answered conversation is rendered with another header than the generation prompt's.</summary>
    public bool RewritesHeader { get; init; }

    /// <summary>Whether the template leaves out what the assistant says before the last line, as with reasoning.</summary>
    public bool DropsFirstLine { get; init; }

    /// <summary>Whether the template marks what the assistant says as generated, up to the end of the turn.</summary>
    public bool MarksAnswers { get; init; }

    /// <summary>Whether special tokens include a closing EOS.</summary>
    public bool AddsEos { get; init; }

    public int? BosId => Bos;

    public IReadOnlyList<int> EndIds => [Eos, TurnEnd];

    public int[] Encode(string text, bool addSpecialTokens)
    {
        List<int> ids = addSpecialTokens ? [Bos] : [];
        for (int i = 0; i < text.Length;)
        {
            string? mark = Array.Find(new[] { "<bos>", "<eos>", "<end>", "ab" }, m => text.AsSpan(i).StartsWith(m));
            ids.Add(mark switch { "<bos>" => Bos, "<eos>" => Eos, "<end>" => TurnEnd, "ab" => Merged, _ => text[i] });
            i += mark?.Length ?? 1;
        }

        if (addSpecialTokens && AddsEos) ids.Add(Eos);
        return [.. ids];
    }

    public string Render(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateArguments? arguments = null)
    {
        string turns = string.Concat(messages.Select(m => $"[{(RewritesHeader && m.Role == Message.Assistant ? "A" : m.Role)}]{Header}{Content(m)}{TurnSuffix}"));
        return $"<bos>{arguments?.Tools?.ToJsonString()}{arguments?.Variables?.ToJsonString()}{turns}{(addGenerationPrompt ? $"[assistant]{Header}" : "")}";
    }

    private string Content(Message message) => DropsFirstLine && message.Role == Message.Assistant ? message.Content.Split('\n')[^1] : message.Content;

    public RenderResult RenderMarked(IReadOnlyList<Message> messages, TemplateArguments? arguments = null)
    {
        List<GenerationSpan> spans = [];
        for (int i = 0; MarksAnswers && i < messages.Count; i++)
        {
            if (messages[i].Role != Message.Assistant) continue;
            int end = Render([.. messages.Take(i + 1)], addGenerationPrompt: false, arguments).Length, start = end - messages[i].Content.Length - TurnSuffix.Length;
            spans.Add(new GenerationSpan(start, end, start, end));
        }

        return new RenderResult(Render(messages, addGenerationPrompt: false, arguments), spans);
    }
}
