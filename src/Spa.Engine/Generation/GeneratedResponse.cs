namespace Spa.Engine.Generation;

/// <summary>A response as it was sampled: tokens are kept, never made again from text.</summary>
/// <param name="Ids">Tokens, the stop token included if one was drawn.</param>
/// <param name="TokenLogps">Log-prob of each under the untempered distribution.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="TopLogProbs">Per token the most probable alternatives, where asked for.</param>
public sealed record GeneratedResponse(int[] Ids, float[] TokenLogps, FinishReason FinishReason, TokenAlternative[][]? TopLogProbs = null)
{
    /// <summary>Sum over all tokens.</summary>
    public double Logp
    {
        get
        {
            double sum = 0;
            foreach (float value in TokenLogps) sum += value;
            return sum;
        }
    }
}
