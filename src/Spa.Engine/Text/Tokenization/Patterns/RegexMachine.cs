namespace Spa.Engine.Text.Tokenization;

/// <summary>Runs a program over one text. The ways not yet tried are kept on a stack of its own, so no text can exhaust the thread's stack.</summary>
internal ref struct RegexMachine
{
    private const int MaxSpare = 1 << 16;

    private readonly RegexProgram _program;
    private readonly ReadOnlySpan<char> _text;
    private Choice[] _choices = s_spare ??= new Choice[64];
    private int _count;

    /// <summary>The stack of this thread's previous search: a search runs per word, so it should not allocate.</summary>
    [ThreadStatic]
    private static Choice[]? s_spare;

    /// <param name="program">What to run.</param>
    /// <param name="text">What to match.</param>
    /// <param name="steps">Instructions and consumed code points it may spend in all calls together.</param>
    public RegexMachine(RegexProgram program, ReadOnlySpan<char> text, long steps)
    {
        _program = program;
        _text = text;
        StepsLeft = steps;
    }

    public long StepsLeft { get; private set; }

    /// <summary>The end of the match that begins at <paramref name="at"/>, or -1.</summary>
    /// <param name="pc">First instruction; inner programs of conditions call this again, as deep as the pattern nests.</param>
    /// <param name="at">Index into the text.</param>
    public int Match(int pc, int at)
    {
        int floor = _count;
        while (true)
        {
            Spend(1);
            RegexInstruction instruction = _program.Code[pc];
            if (instruction.Op == RegexOp.Done)
            {
                _count = floor;
                return at;
            }
            if (!Step(instruction, ref pc, ref at) && !Back(floor, ref pc, ref at)) return -1;
        }
    }

    private bool Step(RegexInstruction instruction, ref int pc, ref int at)
    {
        switch (instruction.Op)
        {
            case RegexOp.Set:
                pc++;
                return Consume(_program.Sets[instruction.A], ref at);
            case RegexOp.RunGreedy or RegexOp.RunPossessive:
                pc++;
                return Run(instruction, pc, ref at);
            case RegexOp.Split:
                Push(new Choice(instruction.B, at, -1));
                pc = instruction.A;
                return true;
            case RegexOp.Jump:
                pc = instruction.A;
                return true;
            case RegexOp.Lookahead or RegexOp.NegativeLookahead or RegexOp.Atomic:
                return Inner(instruction, ref pc, ref at);
            default:
                pc++;
                return Holds(instruction.Op, at);
        }
    }

    private bool Inner(RegexInstruction instruction, ref int pc, ref int at)
    {
        int end = Match(pc + 1, at);
        pc = instruction.A;
        if (instruction.Op == RegexOp.NegativeLookahead) return end < 0;
        if (end >= 0 && instruction.Op == RegexOp.Atomic) at = end;
        return end >= 0;
    }

    private readonly bool Holds(RegexOp anchor, int at) => anchor switch
    {
        RegexOp.TextStart => at == 0,
        RegexOp.TextEnd => at == _text.Length,
        RegexOp.LineStart => at == 0 || (_text[at - 1] == '\n' && at < _text.Length),
        _ => at == _text.Length || _text[at] == '\n',
    };

    private readonly bool Consume(CodePointSet set, ref int at)
    {
        if (at >= _text.Length || !set.Contains(CharClasses.CodePointAt(_text, at, out int unit))) return false;
        at += unit;
        return true;
    }

    private bool Run(RegexInstruction instruction, int next, ref int at)
    {
        CodePointSet set = _program.Sets[instruction.A];
        int least = at, times = 0;
        while (times < instruction.C && Consume(set, ref at))
            if (++times == instruction.B) least = at;
        Spend(times);
        if (times < instruction.B) return false;
        if (instruction.Op == RegexOp.RunGreedy && times > instruction.B) Push(new Choice(next, at, least));
        return true;
    }

    /// <summary>Takes up the latest way not yet tried; a greedy run gives back one code point at a time.</summary>
    private bool Back(int floor, ref int pc, ref int at)
    {
        if (_count == floor) return false;
        ref Choice choice = ref _choices[_count - 1];
        pc = choice.Pc;
        if (choice.Least < 0)
        {
            at = choice.At;
            _count--;
            return true;
        }
        choice.At -= choice.At - 2 >= choice.Least && char.IsLowSurrogate(_text[choice.At - 1]) ? 2 : 1;
        at = choice.At;
        if (at == choice.Least) _count--;
        return true;
    }

    private void Push(Choice choice)
    {
        if (_count == _choices.Length)
        {
            Array.Resize(ref _choices, 2 * _count);
            if (_choices.Length <= MaxSpare) s_spare = _choices;
        }
        _choices[_count++] = choice;
    }

    private void Spend(int steps)
    {
        StepsLeft -= steps;
        if (StepsLeft < 0) throw new SpaException("a pattern of the tokenizer backtracks too much on this text; simplify it in tokenizer.json");
    }

    private record struct Choice(int Pc, int At, int Least);
}
