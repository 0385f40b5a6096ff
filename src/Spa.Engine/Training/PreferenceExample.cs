namespace Spa.Engine.Training;

/// <summary>
/// One pair in tokens. Reference log-probs (sums over the response) are given where they are known: from the sampler or precomputed.
/// </summary>
public sealed record PreferenceExample(int[] Prompt, int[] Chosen, int[] Rejected, double? ReferenceChosen = null, double? ReferenceRejected = null);
