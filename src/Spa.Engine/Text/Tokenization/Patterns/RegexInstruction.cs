namespace Spa.Engine.Text.Tokenization;

/// <summary>One instruction; what the operands mean is told at <see cref="RegexOp"/>.</summary>
internal readonly record struct RegexInstruction(RegexOp Op, int A = 0, int B = 0, int C = 0);
