namespace Spa.Engine.Training;

/// <summary>Draws responses from the policy as it is now and has them judged.</summary>
public interface IRolloutSource : IDisposable
{
    /// <summary>[prompts] tokens of each prompt.</summary>
    IReadOnlyList<int> PromptLengths { get; }

    /// <summary>K, responses to a prompt.</summary>
    int Samples { get; }

    /// <summary>Most tokens of a response.</summary>
    int MaxNewTokens { get; }

    /// <summary>Responses to some prompts, in their order. What is drawn depends on the policy, the prompts and the update alone.</summary>
    IReadOnlyList<Rollout> Draw(ReadOnlySpan<int> prompts, int update);
}
