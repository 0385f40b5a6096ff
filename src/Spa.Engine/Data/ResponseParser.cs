namespace Spa.Engine.Data;

/// <summary>
/// Reads rows with one response, and prompts: TRL's <c>{prompt, completion}</c>, <c>{messages}</c> and <c>{text}</c>, ids, Alpaca's
/// <c>{instruction, input, output}</c>, Orca's <c>{system, question, response}</c> and ShareGPT's <c>{conversations: [{from, value}]}</c>.
/// </summary>
internal sealed class ResponseParser(SourceRow row, RowFields fields)
{
    private static readonly string[] s_responseNames = ["completion", "response"];

    /// <summary>The row, or null with every diagnosis that applies among the faults.</summary>
    public ResponseRow? ParseResponse()
    {
        if (fields.Has("prompt_ids") || fields.Has("response_ids"))
        {
            fields.Reading = "token ids {prompt_ids, response_ids}";
            return Finish(fields.Ids("prompt_ids"), fields.Ids("response_ids"));
        }

        string? name = Array.Find(s_responseNames, fields.Has);
        if (name is not null && fields.Question is { } question)
        {
            fields.Reading = $"questions with their answer (Orca) {{system, {question}, {name}}}";
            return Finish(fields.QuestionPrompt(question), RowFields.AsAnswer(fields.Text(name)));
        }

        if (name is not null)
        {
            fields.Reading = $"prompts with their answer {{prompt, {name}}}";
            return Finish(fields.Content("prompt"), fields.Content(name));
        }

        if (WholeConversation() is { } turns) return FinishConversation(turns);
        if (fields.Faults.Count > 0) return null;
        if (fields.Has("instruction"))
        {
            string? output = fields.Text("output");
            return Finish(AlpacaPrompt(), RowFields.AsAnswer(output));
        }

        if (fields.Has("text"))
        {
            fields.Reading = "whole texts {text}";
            return FinishText(fields.Text("text"));
        }

        fields.Fault(Diagnosis.MissingField, "expected 'completion', 'response', 'messages' or 'text'");
        return null;
    }

    /// <summary>The row, or null with every diagnosis that applies among the faults.</summary>
    public PromptRow? ParsePrompt()
    {
        RowContent? prompt = FindPrompt();
        if (prompt is null) return null;
        if (prompt.IsBlank) fields.Fault(Diagnosis.EmptyPrompt);
        if (prompt.Messages is { Count: > 0 } turns)
        {
            if (!Conversation.Alternates(turns)) fields.Fault(Diagnosis.RolesNotAlternating);
            if (turns[^1].Role is not (Message.User or "tool")) fields.Fault(Diagnosis.NoFinalAnswer, "a prompt ends with the user");
        }

        prompt = fields.WithArguments(prompt);
        return fields.Faults.Count > 0 ? null : new PromptRow(prompt, row.Json, row.Location);
    }

    private RowContent? FindPrompt()
    {
        fields.Reading = "prompts {prompt}";
        if (fields.Has("prompt_ids")) return fields.Ids("prompt_ids");
        if (fields.Has("prompt")) return fields.Content("prompt");
        if (WholeConversation() is { } turns) return WithoutAnswer(turns);
        if (fields.Faults.Count > 0) return null;
        if (fields.Has("instruction")) return AlpacaPrompt();
        if (fields.Has("chosen") && fields.Has("rejected"))
        {
            PreferenceRow? pair = new PreferenceParser(row, fields).Parse();
            return pair?.Prompt;
        }

        fields.Fault(Diagnosis.MissingField, "'prompt'");
        return null;
    }

    private static RowContent WithoutAnswer(IReadOnlyList<Message> turns) =>
        RowContent.OfMessages(Conversation.EndsWithAssistant(turns) ? [.. turns.SkipLast(1)] : turns);

    private IReadOnlyList<Message>? WholeConversation()
    {
        if (fields.Has("messages"))
        {
            fields.Reading = "whole conversations {messages}";
            RowContent? content = fields.Content("messages");
            if (content?.Text is not null) fields.Fault(Diagnosis.NotAString, "'messages' is a string");
            return content?.Messages;
        }

        if (!fields.Has("conversations")) return null;
        fields.Reading = "whole conversations (ShareGPT) {conversations: [{from, value}]}";
        return fields.ShareGpt("conversations");
    }

    private RowContent? AlpacaPrompt()
    {
        fields.Reading = fields.Has("completions") ? "raw UltraFeedback {instruction, completions}" : "instructions with their answer (Alpaca) {instruction, input, output}";
        return fields.AlpacaPrompt();
    }

    private ResponseRow? Finish(RowContent? prompt, RowContent? response)
    {
        if (prompt is null || response is null) return null;
        if (prompt.Messages is null != response.Messages is null) fields.Fault(Diagnosis.MixedForms, "prompt and response");
        if (prompt.IsBlank) fields.Fault(Diagnosis.EmptyPrompt);
        if (response.IsBlank) fields.Fault(Diagnosis.EmptyResponse);
        if (prompt.Messages?.Count > 0 && response.Messages?.Count > 0)
        {
            if (!Conversation.EndsWithAssistant(response.Messages)) fields.Fault(Diagnosis.NoFinalAnswer);
            if (!Conversation.Alternates(prompt.Messages.Concat(response.Messages))) fields.Fault(Diagnosis.RolesNotAlternating);
        }

        return Result(prompt, response);
    }

    private ResponseRow? FinishConversation(IReadOnlyList<Message> turns)
    {
        RowContent content = RowContent.OfMessages(turns);
        if (content.IsBlank) fields.Fault(Diagnosis.EmptyResponse);
        else if (!Conversation.EndsWithAssistant(turns)) fields.Fault(Diagnosis.NoFinalAnswer);
        if (!Conversation.Alternates(turns)) fields.Fault(Diagnosis.RolesNotAlternating);
        return Result(null, content);
    }

    private ResponseRow? FinishText(string? text)
    {
        if (text is null) return null;
        RowContent content = RowContent.OfText(text);
        if (content.IsBlank) fields.Fault(Diagnosis.EmptyResponse);
        return Result(null, content);
    }

    private ResponseRow? Result(RowContent? prompt, RowContent response)
    {
        if (prompt is null) response = fields.WithArguments(response);
        else prompt = fields.WithArguments(prompt);
        return fields.Faults.Count > 0 ? null : new ResponseRow(prompt, response, fields.End("finish_reason"), row.Json, row.Location);
    }
}
