using System.Runtime.CompilerServices;

namespace Spa.Engine.Text.Templates;

/// <summary>The state of one rendering: where the text goes, what has been used up, and which line is being executed.</summary>
internal sealed class RenderContext
{
    private const int CharactersPerWork = 16;
    private const int CharactersReadPerWork = 128;
    private const int StepsPerMemoryCheck = 64;
    private const int WorkPerMemoryCheck = 1024;
    private readonly long _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
    private readonly Stack<OutputBuffer> _spare = new();
    private readonly OutputBuffer _top;
    private readonly List<(int Start, string Text)> _generations = [];
    private long _workLeft;
    private int _callDepth;
    private int _untilMemoryCheck = StepsPerMemoryCheck;

    public RenderContext(RenderOptions options)
    {
        Options = options;
        Limits = options.Limits;
        _workLeft = Limits.MaxWork;
        _top = new OutputBuffer(Limits.MaxTextLength);
        Output = _top;
        Keys = new KeyComparer(this);
    }

    public RenderOptions Options { get; }

    public TemplateLimits Limits { get; }

    public KeyComparer Keys { get; }

    public OutputBuffer Output { get; private set; }

    /// <summary>The scope of the context's variables.</summary>
    public Scope? Root { get; set; }

    /// <summary>The line that an error thrown now belongs to.</summary>
    public int Line { get; set; }

    public bool AutoEscape { get; set; }

    /// <summary>What the <c>random</c> filter draws from. The seed is fixed: the same input renders the same text.</summary>
    public Random Random => field ??= new Random(0);

    /// <summary>Counts work against the limit.</summary>
    public void Step(long work = 1)
    {
        if ((_workLeft -= work) < 0) throw new TemplateException(TemplateErrorKind.LimitExceeded, $"the template takes more than {Limits.MaxWork} steps");
        if (--_untilMemoryCheck <= 0 || work >= WorkPerMemoryCheck) CheckMemory();
    }

    /// <summary>Counts a look at every character of a string, or work that takes as long.</summary>
    public void ChargeScan(long length) => Step(length / CharactersPerWork);

    /// <summary>Fails where a text that is still being written is too long already.</summary>
    public void CheckLength(long length)
    {
        if (length > Limits.MaxTextLength) ChargeLength(length);
    }

    /// <summary>Counts a string that was made.</summary>
    public string Charge(string text)
    {
        ChargeLength(text.Length);
        return text;
    }

    /// <summary>Counts a string of a given length before it is made.</summary>
    public void ChargeLength(long length)
    {
        if (length > Limits.MaxTextLength)
        {
            throw new TemplateException(TemplateErrorKind.LimitExceeded, $"a string of {length} characters, of at most {Limits.MaxTextLength}");
        }

        ChargeScan(length);
    }

    /// <summary>Counts a pass over a string that takes many characters at once, which those with surrogates do not allow.</summary>
    public void ChargeRead(string text) => Step(text.Length / (CodePoints.ArePlain(text) ? CharactersReadPerWork : CharactersPerWork));

    /// <summary>Counts a comparison of strings or bytes.</summary>
    public void ChargeCompare(long length) => Step(length / CharactersReadPerWork);

    /// <summary>Counts a search, which for unlucky texts compares the pattern at every position.</summary>
    public void ChargeSearch(string text, string pattern) =>
        Step(Math.Max(0L, (long)text.Length - pattern.Length + 1) * Math.Max(1, pattern.Length) / CharactersReadPerWork);

    /// <summary>Fails before the stack runs out; every recursion over the template or over its values calls it.</summary>
    public void CheckStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new TemplateException(TemplateErrorKind.RecursionError, "nested too deeply");
    }

    private void CheckMemory()
    {
        _untilMemoryCheck = StepsPerMemoryCheck;
        if (GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore <= Limits.MaxAllocation) return;
        throw new TemplateException(TemplateErrorKind.LimitExceeded, $"the template allocates more than {Limits.MaxAllocation} bytes");
    }

    public void EnterCall()
    {
        Step();
        CheckStack();
        if (++_callDepth > Limits.MaxCallDepth)
        {
            throw new TemplateException(TemplateErrorKind.RecursionError, $"more than {Limits.MaxCallDepth} calls inside each other");
        }
    }

    public void LeaveCall() => _callDepth--;

    /// <summary>Sends the text that follows into a buffer; the result goes to <see cref="EndCapture"/>.</summary>
    public OutputBuffer BeginCapture()
    {
        OutputBuffer outer = Output;
        Output = _spare.Count > 0 ? _spare.Pop() : new OutputBuffer(Limits.MaxTextLength);
        return outer;
    }

    public string EndCapture(OutputBuffer outer)
    {
        OutputBuffer inner = Output;
        Output = outer;
        _spare.Push(inner);
        return Charge(inner.Take());
    }

    /// <summary>Notes a generation block that is about to be written. As in the reference, its start is how much text the rendering itself has so far.</summary>
    public void MarkGeneration(string text) => _generations.Add((_top.Length, text));

    public DictValue DictOf(ReadOnlySpan<KeyValuePair<string, object?>> pairs)
    {
        DictValue dict = new(Keys);
        foreach ((string key, object? value) in pairs) dict.Set(key, value);
        return dict;
    }

    public RenderResult Finish()
    {
        string text = _top.Take();
        if (_generations.Count == 0) return new RenderResult(text, []);
        GenerationSpan[] spans = new GenerationSpan[_generations.Count];
        int seenUnits = 0;
        int seenPoints = 0;
        for (int i = 0; i < spans.Length; i++)
        {
            (int start, string generated) = _generations[i];
            if (start < seenUnits) (seenUnits, seenPoints) = (0, 0);
            seenPoints += CodePoints.Count(text.AsSpan(seenUnits, start - seenUnits));
            seenUnits = start;
            spans[i] = new GenerationSpan(
                seenPoints, seenPoints + CodePoints.Count(generated), start, Math.Min(text.Length, start + generated.Length));
        }

        return new RenderResult(text, spans);
    }
}
