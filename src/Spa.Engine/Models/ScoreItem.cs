namespace Spa.Engine.Models;

/// <summary>A prompt and the responses to score after it; the prompt is computed once.</summary>
public readonly record struct ScoreItem(int[] Prompt, int[][] Responses);
