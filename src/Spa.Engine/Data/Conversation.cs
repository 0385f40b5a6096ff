namespace Spa.Engine.Data;

/// <summary>Rules about the order of turns.</summary>
internal static class Conversation
{
    /// <summary>
    /// True where the turns after a leading system turn go user, assistant, user, ... Conversations with tools or unknown roles follow no
    /// such rule and pass.
    /// </summary>
    public static bool Alternates(IEnumerable<Message> turns)
    {
        int index = 0;
        bool leading = true;
        foreach (Message turn in turns)
        {
            if (turn.Role is not (Message.User or Message.Assistant or Message.System or "developer")) return true;
            if (leading && turn.Role is Message.System or "developer") continue;
            leading = false;
            if (turn.Role != (index++ % 2 == 0 ? Message.User : Message.Assistant)) return false;
        }

        return true;
    }

    public static bool EndsWithAssistant(IReadOnlyList<Message> turns) => turns.Count > 0 && turns[^1].Role == Message.Assistant;
}
