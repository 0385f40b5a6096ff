namespace Spa.Engine.Text.Templates;

/// <summary>
/// Filters and tests that do not exist. As in the reference they are an error at once, but for those inside an <c>if</c> or a
/// conditional expression, which are an error only when reached: templates ask for optional filters that way.
/// </summary>
internal sealed class UnknownNames
{
    private readonly List<TemplateException> _open = [];
    private readonly List<TemplateException> _certain = [];

    /// <summary>How many are undecided; a position to come back to.</summary>
    public int Mark => _open.Count;

    public void Add(TemplateException error) => _open.Add(error);

    /// <summary>What came since the mark is inside a condition.</summary>
    public void Forgive(int mark) => _open.RemoveRange(mark, _open.Count - mark);

    /// <summary>What came since the mark is an error, whatever is around it: loops and macros end the protection of a condition.</summary>
    public void Settle(int mark)
    {
        _certain.AddRange(_open.GetRange(mark, _open.Count - mark));
        Forgive(mark);
    }

    public void ThrowFirst()
    {
        Settle(0);
        if (_certain.Count > 0) throw _certain.MinBy(error => error.Line)!;
    }
}
