namespace Spa.Engine.Text.Tokenization;

/// <summary>Turns a syntax tree into the flat program that <see cref="RegexPattern"/> runs.</summary>
internal sealed class RegexCompiler
{
    /// <summary>A bound on counted repetitions, which are written out: <c>(a{1000}){1000}</c> would need a million.</summary>
    private const int MaxInstructions = 20_000;

    private readonly List<RegexInstruction> _code = [];
    private readonly List<CodePointSet> _sets = [];

    private RegexCompiler() { }

    /// <exception cref="FormatException">The pattern repeats something empty, or is too large.</exception>
    public static RegexProgram Compile(RegexNode root)
    {
        RegexCompiler compiler = new();
        compiler.Emit(root);
        compiler.Add(new RegexInstruction(RegexOp.Done));
        return new RegexProgram([.. compiler._code], [.. compiler._sets]);
    }

    private int Add(RegexInstruction instruction)
    {
        if (_code.Count >= MaxInstructions) throw new FormatException("the pattern is too large: its counted repetitions unfold to too many parts");
        _code.Add(instruction);
        return _code.Count - 1;
    }

    private void Emit(RegexNode node)
    {
        switch (node)
        {
            case SetNode set:
                Add(new RegexInstruction(RegexOp.Set, IndexOf(set.Set)));
                break;
            case ConcatNode concat:
                foreach (RegexNode part in concat.Parts) Emit(part);
                break;
            case AlternationNode alternation:
                EmitAlternation(alternation.Options);
                break;
            case RepeatNode repeat:
                EmitRepeat(repeat);
                break;
            case LookaheadNode lookahead:
                EmitInner(lookahead.Negative ? RegexOp.NegativeLookahead : RegexOp.Lookahead, lookahead.Part);
                break;
            case AtomicNode atomic:
                EmitInner(RegexOp.Atomic, atomic.Part);
                break;
            case AnchorNode anchor:
                Add(new RegexInstruction(anchor.Anchor));
                break;
        }
    }

    private void EmitAlternation(IReadOnlyList<RegexNode> options)
    {
        List<int> exits = [];
        for (int i = 0; i < options.Count - 1; i++)
        {
            int split = Add(default);
            Emit(options[i]);
            exits.Add(Add(default));
            _code[split] = new RegexInstruction(RegexOp.Split, split + 1, _code.Count);
        }
        Emit(options[^1]);
        foreach (int exit in exits) _code[exit] = new RegexInstruction(RegexOp.Jump, _code.Count);
    }

    private void EmitInner(RegexOp op, RegexNode part)
    {
        int head = Add(default);
        Emit(part);
        Add(new RegexInstruction(RegexOp.Done));
        _code[head] = new RegexInstruction(op, _code.Count);
    }

    private void EmitRepeat(RepeatNode repeat)
    {
        if (repeat.Part is SetNode set && repeat.Mode != RepeatMode.Lazy)
        {
            RegexOp op = repeat.Mode == RepeatMode.Greedy ? RegexOp.RunGreedy : RegexOp.RunPossessive;
            Add(new RegexInstruction(op, IndexOf(set.Set), repeat.Min, repeat.Max));
            return;
        }
        if (repeat.Mode == RepeatMode.Possessive)
        {
            EmitInner(RegexOp.Atomic, repeat with { Mode = RepeatMode.Greedy });
            return;
        }
        if (repeat.Max > 1 && repeat.Part.MatchesEmpty) throw new FormatException("the pattern repeats a part that can match nothing");
        for (int i = 0; i < repeat.Min; i++) Emit(repeat.Part);
        if (repeat.Max == int.MaxValue) EmitLoop(repeat);
        else EmitOptionals(repeat, repeat.Max - repeat.Min);
    }

    private void EmitLoop(RepeatNode repeat)
    {
        int split = Add(default);
        Emit(repeat.Part);
        Add(new RegexInstruction(RegexOp.Jump, split));
        _code[split] = Choice(repeat.Mode, split + 1, _code.Count);
    }

    private void EmitOptionals(RepeatNode repeat, int count)
    {
        List<int> splits = [];
        for (int i = 0; i < count; i++)
        {
            splits.Add(Add(default));
            Emit(repeat.Part);
        }
        foreach (int split in splits) _code[split] = Choice(repeat.Mode, split + 1, _code.Count);
    }

    private static RegexInstruction Choice(RepeatMode mode, int again, int leave) =>
        mode == RepeatMode.Lazy ? new RegexInstruction(RegexOp.Split, leave, again) : new RegexInstruction(RegexOp.Split, again, leave);

    private int IndexOf(CodePointSet set)
    {
        int index = _sets.IndexOf(set);
        if (index >= 0) return index;
        _sets.Add(set);
        return _sets.Count - 1;
    }
}
