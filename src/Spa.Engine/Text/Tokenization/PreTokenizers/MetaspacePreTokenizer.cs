using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Metaspace</c>: spaces become a visible mark, one may be put in front, and words are cut before each mark.</summary>
internal sealed class MetaspacePreTokenizer(MetaspaceOptions options) : IPreTokenizer
{
    private readonly LiteralPattern _mark = new(options.Mark.ToString());

    public void Split(in Piece piece, List<Piece> output)
    {
        string text = piece.Span.ToString().Replace(' ', options.Mark);
        bool prepends = options.Scheme == PrependScheme.Always || (options.Scheme == PrependScheme.First && piece.AtStart);
        if (prepends && text[0] != options.Mark) text = options.Mark + text;
        Piece marked = new(text, 0, text.Length, piece.AtStart);
        if (options.Split) PatternSplit.Apply(marked, _mark, SplitBehavior.MergedWithNext, invert: false, output);
        else output.Add(marked);
    }

    public void Write(Utf8JsonWriter json) => options.Write(json);
}
