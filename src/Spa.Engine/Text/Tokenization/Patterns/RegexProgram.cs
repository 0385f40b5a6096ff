namespace Spa.Engine.Text.Tokenization;

/// <summary>A compiled pattern: instructions and the sets they name by index.</summary>
internal sealed record RegexProgram(RegexInstruction[] Code, CodePointSet[] Sets);
