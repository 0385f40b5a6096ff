namespace Spa.Engine.Data;

/// <summary>The one table of diagnoses: code (as reports and tests spell it), what was found, what to do.</summary>
public static class Diagnoses
{
    private const string FixAnswer = "remove the row or give it an answer";
    private const string FixTurns = "write turns as \"\\n\\nHuman: ...\\n\\nAssistant: ...\" or use messages";
    private const string FixRoles = "turns must go user, assistant, user, ..., with the assistant last";

    private static readonly Dictionary<Diagnosis, (string Code, string Found, string Fix)> s_table = new()
    {
        [Diagnosis.MissingField] = ("missing_field", "a field is missing", "add it or name the right file"),
        [Diagnosis.NotAString] = ("not_a_string", "a field is neither text nor a list of {role, content}", "correct the row"),
        [Diagnosis.NotIds] = ("not_ids", "a field is not a list of token ids", "ids are whole numbers from 0"),
        [Diagnosis.MixedForms] = ("mixed_forms", "the fields are not all text, all messages or all ids", "use one form in a row"),
        [Diagnosis.UnknownRole] = ("unknown_role", "a message has an unknown role", "use system, user, assistant or tool"),
        [Diagnosis.NotForTemplate] = ("not_for_template", "tools or chat_template_kwargs are nothing that a chat template takes", "give a list of JSON schemas and an object of variables"),
        [Diagnosis.EmptyPrompt] = ("empty_prompt", "the prompt is empty", "remove the row or give it a prompt"),
        [Diagnosis.NoTurnsChosen] = ("no_turns_chosen", "chosen is not a transcript", FixTurns),
        [Diagnosis.NoTurnsRejected] = ("no_turns_rejected", "rejected is not a transcript", FixTurns),
        [Diagnosis.TextBeforeFirstTurnChosen] = ("text_before_first_turn_chosen", "chosen has text before its first turn", FixTurns),
        [Diagnosis.TextBeforeFirstTurnRejected] = ("text_before_first_turn_rejected", "rejected has text before its first turn", FixTurns),
        [Diagnosis.NoFinalAnswerChosen] = ("no_final_answer_chosen", "chosen does not end with the assistant", FixRoles),
        [Diagnosis.NoFinalAnswerRejected] = ("no_final_answer_rejected", "rejected does not end with the assistant", FixRoles),
        [Diagnosis.EmptyAnswerChosen] = ("empty_answer_chosen", "the chosen answer is blank", FixAnswer),
        [Diagnosis.EmptyAnswerRejected] = ("empty_answer_rejected", "the rejected answer is blank", FixAnswer),
        [Diagnosis.RolesNotAlternatingChosen] = ("roles_not_alternating_chosen", "the turns of chosen do not alternate", FixRoles),
        [Diagnosis.RolesNotAlternatingRejected] = ("roles_not_alternating_rejected", "the turns of rejected do not alternate", FixRoles),
        [Diagnosis.PromptDiffers] = ("prompt_differs", "chosen and rejected answer different prompts", "all turns but the last must be equal"),
        [Diagnosis.IdenticalAnswers] = ("identical_answers", "chosen and rejected are the same, so nothing is preferred", "remove the row"),
        [Diagnosis.EmptyResponse] = ("empty_response", "the response is blank", FixAnswer),
        [Diagnosis.NoFinalAnswer] = ("no_final_answer", "the conversation does not end as it must", FixRoles),
        [Diagnosis.RolesNotAlternating] = ("roles_not_alternating", "the turns do not alternate", FixRoles),
        [Diagnosis.DuplicatePrompt] = ("duplicate_prompt", "the prompt occurs earlier in the file", "remove one if that was not meant"),
        [Diagnosis.DuplicateRow] = ("duplicate_row", "the row occurs earlier in the file", "remove one if that was not meant"),
    };

    /// <summary>Lower case with underscores, such as <c>empty_answer_chosen</c>.</summary>
    public static string Code(this Diagnosis diagnosis) => s_table[diagnosis].Code;

    /// <summary>True where the row can be used all the same.</summary>
    public static bool IsWarning(this Diagnosis diagnosis) => diagnosis is Diagnosis.DuplicatePrompt or Diagnosis.DuplicateRow;

    internal static string Found(this Diagnosis diagnosis) => s_table[diagnosis].Found;

    internal static string Fix(this Diagnosis diagnosis) => s_table[diagnosis].Fix;
}
