using Spa.Engine.Data;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Estimates;

/// <summary>How large an example is.</summary>
/// <param name="Rows">Rows that it takes in a packed batch, a shared prompt counted once.</param>
/// <param name="Scored">Tokens that enter the head.</param>
/// <param name="Positions">Tokens of its longest sequence.</param>
internal readonly record struct SequenceLengths(int Rows, int Scored, int Positions)
{
    public static SequenceLengths Of(TokenizedPair pair) =>
        new(PackedBatch.RowsFor(pair.Prompt.Length, pair.Chosen.Length, pair.Rejected.Length), pair.Chosen.Length + pair.Rejected.Length, pair.Length);

    public static SequenceLengths Of(TokenizedExample example) => new(example.Tokens.Length, example.ScoredCount, example.Tokens.Length);
}
