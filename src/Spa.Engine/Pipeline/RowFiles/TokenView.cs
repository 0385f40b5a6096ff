namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>A sequence of a row with the role of every token, for <c>spa inspect-tokens</c>.</summary>
/// <param name="Name"><c>response</c>, <c>chosen</c>, <c>rejected</c>, <c>prompt</c>, or <c>responses[0]</c> and so on.</param>
/// <param name="Ids">Tokens before anything was cut.</param>
/// <param name="Roles">As many roles.</param>
/// <param name="Complete">False where no end token closes what is scored: the sampler or a limit cut it, or there is only a prompt.</param>
/// <param name="LeftOut">Whether the limits leave nothing to score, so that training passes over the row.</param>
public sealed record TokenView(string Name, int[] Ids, TokenRole[] Roles, bool Complete, bool LeftOut)
{
    /// <summary>How many tokens have a role.</summary>
    public int Count(TokenRole role) => Roles.AsSpan().Count(role);
}
