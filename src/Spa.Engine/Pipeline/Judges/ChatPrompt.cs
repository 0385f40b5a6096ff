using Spa.Engine.Data;
using Spa.Engine.Text;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Conversations in a model's own form.</summary>
internal static class ChatPrompt
{
    /// <summary>
    /// Tokens up to where the assistant speaks. A template without a system role gets the system message at the head of the first user message; a model
    /// without a template gets the messages' texts, a blank line between them.
    /// </summary>
    public static int[] Encode(ModelTokenizer tokenizer, IReadOnlyList<Message> messages)
    {
        if (tokenizer.TemplateSource is null) return tokenizer.Encode(string.Join("\n\n", messages.Select(m => m.Content)) + "\n", addSpecialTokens: true);
        string text;
        try
        {
            text = tokenizer.Render(messages, addGenerationPrompt: true);
        }
        catch (TemplateException) when (messages.Count > 1 && messages[0].Role == Message.System && messages[1].Role == Message.User)
        {
            Message joined = new(Message.User, $"{messages[0].Content}\n\n{messages[1].Content}");
            text = tokenizer.Render([joined, .. messages.Skip(2)], addGenerationPrompt: true);
        }

        return tokenizer.Encode(text, addSpecialTokens: false);
    }
}
