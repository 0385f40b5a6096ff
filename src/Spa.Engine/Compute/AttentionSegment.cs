namespace Spa.Engine.Compute;

/// <summary>
/// One sequence of a packed batch, or the part of it that follows a shared prefix. Its queries are the rows
/// [Start, Start + Count). Query i sees all rows of the prefix [PrefixStart, PrefixStart + PrefixCount) and rows Start .. Start + i:
/// so its logical key positions are 0 .. PrefixCount + i. A prompt shared by chosen and rejected is one segment without prefix,
/// followed by two segments that have it as their prefix.
/// </summary>
public readonly record struct AttentionSegment(int Start, int Count, int PrefixStart = 0, int PrefixCount = 0);
