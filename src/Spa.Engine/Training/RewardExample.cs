namespace Spa.Engine.Training;

/// <summary>One pair in tokens, for a reward model. Margin: by how much the better reward must exceed the worse to count as even.</summary>
public sealed record RewardExample(int[] Prompt, int[] Chosen, int[] Rejected, double Margin = 0);
