namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>What a token of a row is for.</summary>
public enum TokenRole
{
    /// <summary>Given, not scored.</summary>
    Prompt,

    /// <summary>A target of training, part of log-probs and rewards.</summary>
    Scored,

    /// <summary>Left out to fit <c>max_length</c> or <c>max_prompt_length</c>.</summary>
    Cut,
}
