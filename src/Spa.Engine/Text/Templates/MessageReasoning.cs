namespace Spa.Engine.Text.Templates;

/// <summary>
/// The reasoning of a message goes by three names. Whichever is set fills <c>reasoning_content</c>, and <c>thinking</c> where that is
/// missing, so a template may read either.
/// </summary>
internal static class MessageReasoning
{
    private static readonly string[] s_names = ["reasoning_content", "thinking", "reasoning"];

    public static ListValue Unify(ListValue messages)
    {
        foreach (object? message in messages.Items)
        {
            if (message is DictValue turn) Unify(turn);
        }

        return messages;
    }

    private static void Unify(DictValue turn)
    {
        foreach (string name in s_names)
        {
            if (!turn.TryGet(name, out object? reasoning) || reasoning is null) continue;
            turn.Set("reasoning_content", reasoning);
            if (!turn.TryGet("thinking", out object? thinking) || thinking is null) turn.Set("thinking", reasoning);
            return;
        }
    }
}
