using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>ByteLevel</c>: cuts with GPT-2's pattern and writes each piece's UTF-8 bytes as visible characters. As the last step of a pipeline the
/// writing is left to the model (<see cref="WithoutMapping"/>), which then does it once per distinct word.
/// </summary>
internal sealed class ByteLevelPreTokenizer(ByteLevelOptions options, bool mapsBytes = true) : IPreTokenizer
{
    private static readonly Gpt2Scanner s_pattern = new();

    /// <summary>The same cuts, in plain text.</summary>
    public ByteLevelPreTokenizer WithoutMapping() => new(options, mapsBytes: false);

    public void Split(in Piece piece, List<Piece> output)
    {
        Piece source = piece;
        if (options.AddPrefixSpace && piece.Span[0] != ' ')
        {
            string text = string.Concat(" ", piece.Span);
            source = new Piece(text, 0, text.Length, piece.AtStart);
        }
        int first = output.Count;
        if (options.UseRegex) PatternSplit.Apply(source, s_pattern, SplitBehavior.Isolated, invert: false, output);
        else output.Add(source);
        if (mapsBytes) Map(output, first);
    }

    public void Write(Utf8JsonWriter json) => options.Write(json);

    private static void Map(List<Piece> pieces, int first)
    {
        for (int i = first; i < pieces.Count; i++)
        {
            string mapped = ByteAlphabet.Map(pieces[i].Span);
            pieces[i] = new Piece(mapped, 0, mapped.Length, pieces[i].AtStart);
        }
    }
}
