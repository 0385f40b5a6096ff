namespace Spa.Engine.Data;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c>, <c>developer</c> or <c>tool</c>.</param>
/// <param name="Content">The text as it stands in the data: nothing is trimmed.</param>
public readonly record struct Message(string Role, string Content)
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";

    /// <summary>The roles that chat templates know.</summary>
    internal static bool IsKnownRole(string role) => role is System or User or Assistant or "developer" or "tool";
}
