namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// Reads the part of Oniguruma's syntax that tokenizer patterns use: alternation, groups, classes, <c>\p{..}</c>, quantifiers greedy, lazy
/// and possessive, lookahead, atomic groups, anchors, <c>(?i:...)</c> over ASCII letters. Anything else is refused by name, never guessed.
/// </summary>
internal sealed class RegexParser
{
    /// <summary>Groups in groups; the parser, the compiler and the machine recurse once for each.</summary>
    private const int MaxDepth = 64;

    private readonly string _pattern;
    private int _at;
    private int _depth;
    private bool _ignoreCase;

    private RegexParser(string pattern) => _pattern = pattern;

    /// <exception cref="FormatException">A construct that is not supported or a syntax error, with its place in the pattern.</exception>
    public static RegexNode Parse(string pattern)
    {
        RegexParser parser = new(pattern);
        RegexNode root = parser.Alternation();
        if (parser._at < pattern.Length) throw parser.Error("an unmatched ')'");
        return root;
    }

    private bool More => _at < _pattern.Length;

    private RegexNode Alternation()
    {
        if (++_depth > MaxDepth) throw Error($"more than {MaxDepth} nested groups");
        List<RegexNode> options = [Concatenation()];
        while (Take('|')) options.Add(Concatenation());
        _depth--;
        return options.Count == 1 ? options[0] : new AlternationNode(options);
    }

    private ConcatNode Concatenation()
    {
        List<RegexNode> parts = [];
        while (More && _pattern[_at] is not ('|' or ')'))
            if (Atom() is RegexNode atom) parts.Add(Quantified(atom));
        return new ConcatNode(parts);
    }

    private RegexNode? Atom()
    {
        char c = _pattern[_at];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                _at++;
                return new SetNode(new RegexClassParser(_pattern, _ignoreCase).Class(ref _at));
            case '.':
                _at++;
                CodePointSet any = new();
                any.AddRange('\n', '\n');
                any.Negate();
                return new SetNode(any);
            case '^' or '$':
                _at++;
                return new AnchorNode(c == '^' ? RegexOp.LineStart : RegexOp.LineEnd);
            case '*' or '+' or '?':
                throw Error($"a quantifier '{c}' with nothing before it");
            case '\\' when _at + 1 < _pattern.Length && _pattern[_at + 1] is 'A' or 'z':
                _at += 2;
                return new AnchorNode(_pattern[_at - 1] == 'A' ? RegexOp.TextStart : RegexOp.TextEnd);
            default:
                return new SetNode(new RegexClassParser(_pattern, _ignoreCase).Single(ref _at));
        }
    }

    /// <summary>A group, or null for <c>(?i)</c>, which only changes the rest of the group it stands in.</summary>
    private RegexNode? Group()
    {
        _at++;
        bool ignoreCase = _ignoreCase;
        Func<RegexNode, RegexNode> wrap = static part => part;
        if (TakeText("?:")) { }
        else if (TakeText("?=")) wrap = static part => new LookaheadNode(part, Negative: false);
        else if (TakeText("?!")) wrap = static part => new LookaheadNode(part, Negative: true);
        else if (TakeText("?>")) wrap = static part => new AtomicNode(part);
        else if (TakeText("?i:")) _ignoreCase = true;
        else if (TakeText("?-i:")) _ignoreCase = false;
        else if (TakeText("?i)"))
        {
            _ignoreCase = true;
            return null;
        }
        else if (More && _pattern[_at] == '?')
            throw Error($"the group '({_pattern.AsSpan(_at, Math.Min(3, _pattern.Length - _at))}', which is not supported");
        RegexNode inner = Alternation();
        if (!Take(')')) throw Error("a group that is not closed");
        _ignoreCase = ignoreCase;
        return wrap(inner);
    }

    private RegexNode Quantified(RegexNode atom)
    {
        while (More)
        {
            bool counted = _pattern[_at] == '{';
            (int min, int max)? bounds = Bounds();
            if (bounds is null) return atom;
            RepeatMode mode = Take('?') ? RepeatMode.Lazy : RepeatMode.Greedy;
            if (mode == RepeatMode.Greedy && More && _pattern[_at] == '+')
            {
                if (counted) throw Error("'{..}+', which pattern engines read in two ways");
                _at++;
                mode = RepeatMode.Possessive;
            }
            if (atom is LookaheadNode or AnchorNode) throw Error("a quantifier on a condition");
            atom = new RepeatNode(atom, bounds.Value.min, bounds.Value.max, mode);
        }
        return atom;
    }

    private (int Min, int Max)? Bounds()
    {
        if (Take('*')) return (0, int.MaxValue);
        if (Take('+')) return (1, int.MaxValue);
        if (Take('?')) return (0, 1);
        if (!Take('{')) return null;
        int min = Number() ?? throw Error("'{' without a number; write '\\{' for the character");
        int max = Take(',') ? Number() ?? int.MaxValue : min;
        if (!Take('}') || max < min) throw Error("a malformed '{..}'");
        return (min, max);
    }

    private int? Number()
    {
        int first = _at, value = 0;
        while (More && char.IsAsciiDigit(_pattern[_at]))
        {
            value = 10 * value + _pattern[_at++] - '0';
            if (value > 1000) throw Error("a repetition of more than 1000");
        }
        return _at > first ? value : null;
    }

    private bool Take(char c)
    {
        if (!More || _pattern[_at] != c) return false;
        _at++;
        return true;
    }

    private bool TakeText(string text)
    {
        if (string.CompareOrdinal(_pattern, _at, text, 0, text.Length) != 0) return false;
        _at += text.Length;
        return true;
    }

    private FormatException Error(string what) => RegexClassParser.Error(what, _at);
}
