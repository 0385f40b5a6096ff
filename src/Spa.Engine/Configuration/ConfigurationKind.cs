namespace Spa.Engine.Configuration;

/// <summary>The type of a key's value. A list also takes one bare value, and a number also takes a whole one.</summary>
public enum ConfigurationKind
{
    Text,
    TextList,

    /// <summary>One of <see cref="ConfigurationKey.Choices"/>.</summary>
    Choice,

    /// <summary>Some of <see cref="ConfigurationKey.Choices"/>.</summary>
    ChoiceList,
    Integer,
    IntegerList,
    Number,
    NumberList,
    Boolean,
}
