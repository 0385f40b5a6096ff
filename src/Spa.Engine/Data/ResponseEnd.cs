namespace Spa.Engine.Data;

/// <summary>
/// How a response ends, which decides whether an end token is part of what is trained on. A model that learns an end where the sampler
/// was merely cut off learns to stop in mid-sentence.
/// </summary>
public enum ResponseEnd
{
    /// <summary>The writer finished: exactly one end token (the turn's end, or EOS) closes the response.</summary>
    Complete,

    /// <summary>The sampler met its length limit (<c>finish_reason: length</c>): no end token follows.</summary>
    Cut,
}
