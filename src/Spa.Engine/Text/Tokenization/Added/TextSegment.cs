namespace Spa.Engine.Text.Tokenization;

/// <summary>A stretch of a text: an added token's id, or ordinary text (<see cref="Id"/> null).</summary>
internal readonly record struct TextSegment(int Start, int End, int? Id);
