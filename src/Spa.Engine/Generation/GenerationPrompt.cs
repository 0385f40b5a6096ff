namespace Spa.Engine.Generation;

/// <summary>A prompt to continue.</summary>
/// <param name="Ids">Its tokens; at least one.</param>
/// <param name="Key">Names the prompt to the random generator: the same key, seed and model give the same responses in any batch.</param>
public readonly record struct GenerationPrompt(int[] Ids, uint Key);
