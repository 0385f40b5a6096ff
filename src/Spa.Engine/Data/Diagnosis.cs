namespace Spa.Engine.Data;

/// <summary>What can be wrong with a row. <see cref="Diagnoses"/> has the code and the sentence of each.</summary>
public enum Diagnosis
{
    MissingField,
    NotAString,
    NotIds,
    MixedForms,
    UnknownRole,
    NotForTemplate,
    EmptyPrompt,
    NoTurnsChosen,
    NoTurnsRejected,
    TextBeforeFirstTurnChosen,
    TextBeforeFirstTurnRejected,
    NoFinalAnswerChosen,
    NoFinalAnswerRejected,
    EmptyAnswerChosen,
    EmptyAnswerRejected,
    RolesNotAlternatingChosen,
    RolesNotAlternatingRejected,
    PromptDiffers,
    IdenticalAnswers,
    EmptyResponse,
    NoFinalAnswer,
    RolesNotAlternating,

    /// <summary>A warning: the row is used.</summary>
    DuplicatePrompt,

    /// <summary>A warning: the row is used.</summary>
    DuplicateRow,
}
