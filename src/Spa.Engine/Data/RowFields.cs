using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>Takes fields out of one row and collects what is wrong with them.</summary>
internal sealed class RowFields(SourceRow row)
{
    private static readonly Dictionary<string, string> s_shareGptRoles = new(StringComparer.Ordinal)
    {
        ["human"] = Message.User,
        ["user"] = Message.User,
        ["gpt"] = Message.Assistant,
        ["chatgpt"] = Message.Assistant,
        ["assistant"] = Message.Assistant,
        ["model"] = Message.Assistant,
        ["system"] = Message.System,
        ["tool"] = "tool",
        ["observation"] = "tool",
    };

    // What other programs give to the chat template or to the model, and not every shape of a row takes.
    private static readonly string[] s_beside = ["system", TemplateArguments.ToolsField, TemplateArguments.VariablesField, "images", "videos", "audios"];

    private static readonly string[] s_questions = ["question", "input"];

    private readonly HashSet<string> _taken = [];

    public List<RowFault> Faults { get; } = [];

    /// <summary>How the row was read, in a few words for the user.</summary>
    public string Reading { get; set; } = "";

    /// <summary>The reading, with the fields that say something and were not read.</summary>
    public string FullReading
    {
        get
        {
            string[] left = [.. s_beside.Where(name => !_taken.Contains(name) && !IsEmpty(row.Json[name]))];
            return left.Length == 0 ? Reading : $"{Reading}; what {string.Join(", ", left)} say{(left.Length == 1 ? "s" : "")} is not used";
        }
    }

    public bool Has(string name) => row.Json.ContainsKey(name);

    public void Fault(Diagnosis diagnosis, string detail = "") => Faults.Add(new RowFault(diagnosis, row.Location, detail));

    /// <summary>A field that is text or messages; null, with a fault, where it is missing or something else.</summary>
    public RowContent? Content(string name)
    {
        if (!row.Json.TryGetPropertyValue(name, out JsonNode? value))
        {
            Fault(Diagnosis.MissingField, $"'{name}'");
            return null;
        }

        if (value is JsonValue text && text.GetValueKind() == JsonValueKind.String) return RowContent.OfText(text.GetValue<string>());
        if (value is JsonArray list) return Messages(name, list, "role", "content") is { } messages ? RowContent.OfMessages(messages) : null;
        Fault(Diagnosis.NotAString, $"'{name}' is {JsonRow.NameOf(value)}");
        return null;
    }

    /// <summary>A field of text.</summary>
    public string? Text(string name)
    {
        RowContent? content = Content(name);
        if (content is null || content.Text is not null) return content?.Text;
        Fault(Diagnosis.NotAString, $"'{name}' is a list");
        return null;
    }

    /// <summary>Messages with what the row gives to the chat template beside them; a fault where it is nothing for a template. Other contents pass as they are.</summary>
    public RowContent WithArguments(RowContent content)
    {
        if (content.Messages is null) return content;
        _taken.UnionWith([TemplateArguments.ToolsField, TemplateArguments.VariablesField]);
        try
        {
            return content.With(TemplateArguments.Of(row.Json));
        }
        catch (SpaException problem)
        {
            Fault(Diagnosis.NotForTemplate, problem.Message);
            return content;
        }
    }

    /// <summary>ShareGPT turns: <c>[{from, value}]</c>.</summary>
    public List<Message>? ShareGpt(string name)
    {
        if (row.Json[name] is JsonArray list) return WithSystem(Messages(name, list, "from", "value"));
        Fault(Diagnosis.NotAString, $"'{name}' is {JsonRow.NameOf(row.Json[name])}");
        return null;
    }

    /// <summary>One ShareGPT turn <c>{from, value}</c>, or plain text, as the assistant's answer.</summary>
    public RowContent? ShareGptAnswer(string name)
    {
        if (!row.Json.TryGetPropertyValue(name, out JsonNode? value))
        {
            Fault(Diagnosis.MissingField, $"'{name}'");
            return null;
        }

        if (value is not JsonObject turn) return AsAnswer(Text(name));
        return Messages(name, [turn.DeepClone()], "from", "value") is { } messages ? RowContent.OfMessages(messages) : null;
    }

    /// <summary>A text as the assistant's turn.</summary>
    public static RowContent? AsAnswer(string? text) => text is null ? null : RowContent.OfMessages([new Message(Message.Assistant, text)]);

    /// <summary>
    /// The prompt of Alpaca's fields: the input, where there is one, follows the instruction after a blank line; a <c>system</c> text and the <c>history</c> of
    /// question and answer pairs go before.
    /// </summary>
    public RowContent? AlpacaPrompt()
    {
        string? instruction = Text("instruction"), input = IsFilled("input") ? Text("input") : "";
        List<Message>? turns = WithSystem(IsFilled("history") ? History() : []);
        if (instruction is null || input is null || turns is null) return null;
        turns.Add(new Message(Message.User, input.Length == 0 ? instruction : $"{instruction}\n\n{input}"));
        return RowContent.OfMessages(turns);
    }

    /// <summary>The field of a question without <c>prompt</c> (Orca's <c>question</c>, Distilabel's <c>input</c>), or null.</summary>
    public string? Question => Has("prompt") || Has("instruction") ? null : Array.Find(s_questions, name => row.Json[name]?.GetValueKind() == JsonValueKind.String);

    /// <summary>A question as the user's turn, behind a <c>system</c> text.</summary>
    public RowContent? QuestionPrompt(string name) =>
        Text(name) is { } question && WithSystem([new Message(Message.User, question)]) is { } turns ? RowContent.OfMessages(turns) : null;

    // A conversation's own system turn goes before the field.
    private List<Message>? WithSystem(List<Message>? turns)
    {
        _taken.Add("system");
        if (turns is null || IsEmpty(row.Json["system"]) || turns is [{ Role: Message.System }, ..]) return turns;
        if (Text("system") is not { } system) return null;
        turns.Insert(0, new Message(Message.System, system));
        return turns;
    }

    private static bool IsEmpty(JsonNode? value) => value switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject inner => inner.All(pair => IsEmpty(pair.Value)),
        _ => value.ToJsonString() is "\"\"" or "\"[]\"",
    };

    /// <summary>Whether the field is there and not null.</summary>
    public bool IsFilled(string name) => row.Json[name] is not null;

    private List<Message>? History()
    {
        List<Message> turns = [];
        foreach (JsonNode? pair in row.Json["history"] as JsonArray ?? [null])
        {
            if (pair is JsonArray { Count: 2 } two && two.All(x => x?.GetValueKind() == JsonValueKind.String))
            {
                turns.Add(new Message(Message.User, two[0]!.GetValue<string>()));
                turns.Add(new Message(Message.Assistant, two[1]!.GetValue<string>()));
                continue;
            }

            Fault(Diagnosis.NotAString, "'history' is not a list of [question, answer]");
            return null;
        }

        return turns;
    }

    /// <summary>A field of token ids: whole numbers from 0.</summary>
    public RowContent? Ids(string name)
    {
        if (!row.Json.TryGetPropertyValue(name, out JsonNode? value))
        {
            Fault(Diagnosis.MissingField, $"'{name}'");
            return null;
        }

        if (value is not JsonArray list)
        {
            Fault(Diagnosis.NotIds, $"'{name}' is {JsonRow.NameOf(value)}");
            return null;
        }

        int[] ids = new int[list.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            if (list[i] is JsonValue number && number.TryGetValue(out int id) && id >= 0)
            {
                ids[i] = id;
                continue;
            }

            Fault(Diagnosis.NotIds, $"'{name}[{i}]' is {list[i]?.ToJsonString() ?? "null"}");
            return null;
        }

        return RowContent.OfIds(ids);
    }

    /// <summary>How the response ended: <c>finish_reason</c> as <c>spa generate</c> writes it; complete where the row says nothing.</summary>
    public ResponseEnd End(string name) =>
        row.Json[name] is JsonValue value && value.TryGetValue(out string? reason) && reason == "length" ? ResponseEnd.Cut : ResponseEnd.Complete;

    private List<Message>? Messages(string name, JsonArray list, string roleKey, string contentKey)
    {
        List<Message> messages = [];
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is not JsonObject message)
            {
                Fault(Diagnosis.NotAString, $"'{name}[{i}]' is {JsonRow.NameOf(list[i])}");
                return null;
            }

            if (Member(message, roleKey, $"{name}[{i}]") is not { } role) return null;
            // A turn that calls tools need not say anything.
            string? content = message[contentKey] is null && Message.CallsToolsIn(message) ? "" : Member(message, contentKey, $"{name}[{i}]");
            if (content is null) return null;
            if (roleKey == "from") role = s_shareGptRoles.GetValueOrDefault(role, role);
            if (!Message.IsKnownRole(role)) Fault(Diagnosis.UnknownRole, $"'{role}' in '{name}[{i}]'");
            messages.Add(Message.Of(role, content, roleKey == "role" ? message : Renamed(message, role)));
        }

        return messages;
    }

    // A ShareGPT turn as other turns are written.
    private static JsonObject Renamed(JsonObject message, string role) => new(message.Where(field => field.Key is not ("role" or "content"))
        .Select(field => field.Key switch
        {
            "from" => KeyValuePair.Create("role", (JsonNode?)role),
            "value" => KeyValuePair.Create("content", field.Value?.DeepClone()),
            _ => KeyValuePair.Create(field.Key, field.Value?.DeepClone()),
        }));

    private string? Member(JsonObject message, string key, string where)
    {
        if (!message.TryGetPropertyValue(key, out JsonNode? value)) Fault(Diagnosis.MissingField, $"'{key}' in '{where}'");
        else if (value is JsonValue text && text.TryGetValue(out string? content)) return content;
        else Fault(Diagnosis.NotAString, $"'{where}.{key}' is {JsonRow.NameOf(value)}");
        return null;
    }
}
