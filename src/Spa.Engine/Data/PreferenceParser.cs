using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>
/// Reads a preference row in each of its shapes: explicit prompt (text, messages or ids), whole conversations with an implicit prompt
/// (messages, hh-rlhf transcripts), UltraFeedback's (prompt as text beside whole conversations, or raw completions with scores), Alpaca's, Orca's and ShareGPT's.
/// </summary>
internal sealed class PreferenceParser(SourceRow row, RowFields fields)
{
    private static readonly Side s_chosen = new(
        Diagnosis.NoTurnsChosen, Diagnosis.TextBeforeFirstTurnChosen, Diagnosis.NoFinalAnswerChosen, Diagnosis.EmptyAnswerChosen, Diagnosis.RolesNotAlternatingChosen);

    private static readonly Side s_rejected = new(
        Diagnosis.NoTurnsRejected, Diagnosis.TextBeforeFirstTurnRejected, Diagnosis.NoFinalAnswerRejected, Diagnosis.EmptyAnswerRejected,
            Diagnosis.RolesNotAlternatingRejected);

    /// <summary>The row, or null with every diagnosis that applies among the faults.</summary>
    public PreferenceRow? Parse()
    {
        if (fields.Has("prompt_ids") || fields.Has("chosen_ids") || fields.Has("rejected_ids"))
        {
            fields.Reading = "preference pairs as token ids {prompt_ids, chosen_ids, rejected_ids}";
            return Explicit(fields.Ids("prompt_ids"), fields.Ids("chosen_ids"), fields.Ids("rejected_ids"));
        }

        if (!fields.Has("prompt") && Named() is { } named) return fields.Faults.Count > 0 ? null : Explicit(named.Prompt, named.Chosen, named.Rejected);
        RowContent? prompt = fields.Has("prompt") ? fields.Content("prompt") : null;
        RowContent? chosen = fields.Content("chosen"), rejected = fields.Content("rejected");
        if (chosen is null || rejected is null || (prompt is null && fields.Has("prompt"))) return null;
        if (chosen.Messages is null != rejected.Messages is null)
        {
            fields.Fault(Diagnosis.MixedForms, "chosen and rejected");
            return null;
        }

        return prompt is null || (prompt.Text is not null && IsWholeConversation(chosen)) ? Implicit(prompt, chosen, rejected) : Explicit(prompt, chosen, rejected);
    }

    /// <summary>The shapes that have a name; null where the row is none of them.</summary>
    private (RowContent? Prompt, RowContent? Chosen, RowContent? Rejected)? Named()
    {
        if (fields.Has("completions") && fields.Has("instruction"))
        {
            fields.Reading = "raw UltraFeedback, the best completion against the worst by overall_score {instruction, completions}";
            (string Chosen, string Rejected)? pair = UltraFeedbackPair.Find(row.Json["completions"], fields);
            return (fields.AlpacaPrompt(), RowFields.AsAnswer(pair?.Chosen), RowFields.AsAnswer(pair?.Rejected));
        }

        if (fields.Has("instruction") && fields.Has("chosen"))
        {
            fields.Reading = "Alpaca preferences {instruction, input, chosen, rejected}";
            return (fields.AlpacaPrompt(), RowFields.AsAnswer(fields.Text("chosen")), RowFields.AsAnswer(fields.Text("rejected")));
        }

        if (fields.Question is { } question && fields.Has("rejected") && IsPlainText(row.Json["chosen"]))
        {
            fields.Reading = $"questions with two answers (Orca) {{system, {question}, chosen, rejected}}";
            return (fields.QuestionPrompt(question), RowFields.AsAnswer(fields.Text("chosen")), RowFields.AsAnswer(fields.Text("rejected")));
        }

        if (!fields.Has("conversations")) return null;
        fields.Reading = "ShareGPT preferences {conversations: [{from, value}], chosen, rejected}";
        RowContent? prompt = fields.ShareGpt("conversations") is { } turns ? RowContent.OfMessages(turns) : null;
        return (prompt, fields.ShareGptAnswer("chosen"), fields.ShareGptAnswer("rejected"));
    }

    // Not a transcript, which has its question in itself.
    private static bool IsPlainText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String && Transcript.Parse(value.GetValue<string>(), out _).Count == 0;

    private static bool IsWholeConversation(RowContent content) => content.Messages?.Count > 1 && content.Messages[0].Role != Message.Assistant;

    private PreferenceRow? Explicit(RowContent? prompt, RowContent? chosen, RowContent? rejected)
    {
        if (prompt is null || chosen is null || rejected is null) return null;
        if (prompt.Messages is null != chosen.Messages is null)
        {
            fields.Fault(Diagnosis.MixedForms, "prompt and answers");
            return null;
        }

        if (fields.Reading.Length == 0)
        {
            fields.Reading = $"preference pairs with an explicit prompt, as {(prompt.Messages is null ? "plain text" : "messages")} {{prompt, chosen, rejected}}";
        }

        if (prompt.IsBlank) fields.Fault(Diagnosis.EmptyPrompt);
        CheckAnswer(prompt, chosen, s_chosen);
        CheckAnswer(prompt, rejected, s_rejected);
        if (chosen.SameAs(rejected)) fields.Fault(Diagnosis.IdenticalAnswers);
        return Finish(prompt, chosen, rejected);
    }

    private PreferenceRow? Implicit(RowContent? prompt, RowContent chosen, RowContent rejected)
    {
        fields.Reading = chosen.Text is not null ? "whole conversations as \"\\n\\nHuman: ... \\n\\nAssistant: ...\" transcripts (hh-rlhf) {chosen, rejected}"
            : prompt is null ? "whole conversations as messages, the prompt is all but the last {chosen, rejected}"
            : "whole conversations as messages beside the prompt's text (UltraFeedback) {prompt, chosen, rejected}";
        IReadOnlyList<Message> better = Turns(chosen, s_chosen), worse = Turns(rejected, s_rejected);
        CheckConversation(better, s_chosen);
        CheckConversation(worse, s_rejected);
        if (better.Count == 0 || worse.Count == 0) return null;
        if (!better.SkipLast(1).SequenceEqual(worse.SkipLast(1))) fields.Fault(Diagnosis.PromptDiffers);
        else if (better[^1] == worse[^1]) fields.Fault(Diagnosis.IdenticalAnswers);
        if (better.Count == 1) fields.Fault(Diagnosis.EmptyPrompt);
        return Finish(
            RowContent.OfMessages([.. better.SkipLast(1)]), RowContent.OfMessages([better[^1]]), RowContent.OfMessages([worse[^1]]));
    }

    private IReadOnlyList<Message> Turns(RowContent content, Side side)
    {
        if (content.Messages is not null)
        {
            if (content.Messages.Count == 0) fields.Fault(side.NoTurns);
            return content.Messages;
        }

        List<Message> turns = Transcript.Parse(content.Text!, out string before);
        if (turns.Count == 0) fields.Fault(side.NoTurns);
        else if (before.Length > 0) fields.Fault(side.TextBefore);
        return turns;
    }

    private void CheckConversation(IReadOnlyList<Message> turns, Side side)
    {
        if (turns.Count == 0) return;
        if (!Conversation.EndsWithAssistant(turns)) fields.Fault(side.NoFinalAnswer);
        else if (turns[^1].IsBlank) fields.Fault(side.Empty);
        if (turns.Count > 1 && !Conversation.Alternates(turns)) fields.Fault(side.Roles);
    }

    private void CheckAnswer(RowContent prompt, RowContent answer, Side side)
    {
        if (answer.Messages is { Count: > 0 } turns && !Conversation.EndsWithAssistant(turns)) fields.Fault(side.NoFinalAnswer);
        else if (answer.IsBlank) fields.Fault(side.Empty);
        if (prompt.Messages?.Count > 0 && !Conversation.Alternates(prompt.Messages.Concat(answer.Messages!))) fields.Fault(side.Roles);
    }

    private PreferenceRow? Finish(RowContent prompt, RowContent chosen, RowContent rejected)
    {
        prompt = fields.WithArguments(prompt);
        return fields.Faults.Count > 0 ? null
            : new PreferenceRow(prompt, chosen, rejected, fields.End("chosen_finish_reason"), fields.End("rejected_finish_reason"), row.Json, row.Location);
    }

    private sealed record Side(Diagnosis NoTurns, Diagnosis TextBefore, Diagnosis NoFinalAnswer, Diagnosis Empty, Diagnosis Roles);
}
