namespace Spa.Engine.Text.Tokenization;

/// <summary>The syntax tree of a pattern.</summary>
internal abstract record RegexNode
{
    /// <summary>Whether the node can match without consuming anything.</summary>
    public abstract bool MatchesEmpty { get; }
}

/// <summary>One code point out of a set.</summary>
internal sealed record SetNode(CodePointSet Set) : RegexNode
{
    public override bool MatchesEmpty => false;
}

/// <summary>Parts one after the other.</summary>
internal sealed record ConcatNode(IReadOnlyList<RegexNode> Parts) : RegexNode
{
    public override bool MatchesEmpty => Parts.All(part => part.MatchesEmpty);
}

/// <summary>The first option from which the rest of the pattern matches.</summary>
internal sealed record AlternationNode(IReadOnlyList<RegexNode> Options) : RegexNode
{
    public override bool MatchesEmpty => Options.Any(option => option.MatchesEmpty);
}

/// <summary>A part repeated; <paramref name="Max"/> is <see cref="int.MaxValue"/> where there is no bound.</summary>
internal sealed record RepeatNode(RegexNode Part, int Min, int Max, RepeatMode Mode) : RegexNode
{
    public override bool MatchesEmpty => Min == 0 || Part.MatchesEmpty;
}

/// <summary>A condition on what follows, which consumes nothing.</summary>
internal sealed record LookaheadNode(RegexNode Part, bool Negative) : RegexNode
{
    public override bool MatchesEmpty => true;
}

/// <summary>A part whose first match is final: nothing goes back into it.</summary>
internal sealed record AtomicNode(RegexNode Part) : RegexNode
{
    public override bool MatchesEmpty => Part.MatchesEmpty;
}

/// <summary>A condition on the position.</summary>
internal sealed record AnchorNode(RegexOp Anchor) : RegexNode
{
    public override bool MatchesEmpty => true;
}
