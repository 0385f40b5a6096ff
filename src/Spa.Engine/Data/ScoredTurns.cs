namespace Spa.Engine.Data;

/// <summary>Which tokens of an example are targets.</summary>
public enum ScoredTurns
{
    /// <summary>The completion where the row has a prompt, everything else (TRL's <c>completion_only_loss</c> unset).</summary>
    Auto,

    /// <summary>Every token, the prompt's too (<c>completion_only_loss: false</c>).</summary>
    All,

    /// <summary>
    /// Every assistant turn of a conversation (<c>assistant_only_loss: true</c>): what the chat template marks as generated, and without such marks
    /// each answer with its end token.
    /// </summary>
    Assistant,

    /// <summary>Only the last assistant turn.</summary>
    Last,
}
