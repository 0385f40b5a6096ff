using Spa.Engine.Text;

namespace Spa.Engine.Data;

/// <summary>What turning rows into tokens needs of a model's tokenizer and chat template.</summary>
public interface IRowTokenizer
{
    /// <summary>The id that opens a text, or null for tokenizers without one.</summary>
    int? BosId { get; }

    /// <summary>Ids that end a response: the tokenizer's EOS first (the one that is appended), then the other turn ends of the model.</summary>
    IReadOnlyList<int> EndIds { get; }

    /// <summary>
    /// Ids of <paramref name="text"/>; marks of special tokens in it become those tokens. With <paramref name="addSpecialTokens"/> the
    /// tokenizer's own opening and closing tokens are added.
    /// </summary>
    int[] Encode(string text, bool addSpecialTokens);

    /// <summary>
    /// The conversation by the chat template; with <paramref name="addGenerationPrompt"/> the header of the assistant's next turn follows.
    /// The template is given <paramref name="arguments"/> beside it.
    /// </summary>
    string Render(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateArguments? arguments = null);

    /// <summary>
    /// The whole conversation, and what of it the chat template marks as generated (<c>{% generation %}</c>); nothing where it marks none.
    /// </summary>
    RenderResult RenderMarked(IReadOnlyList<Message> messages, TemplateArguments? arguments = null) => new(Render(messages, addGenerationPrompt: false, arguments), []);
}
