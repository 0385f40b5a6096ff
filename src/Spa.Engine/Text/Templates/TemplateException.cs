namespace Spa.Engine.Text;

/// <summary>A chat template could not be parsed or rendered. The message names the template and the line and is one line long.</summary>
public sealed class TemplateException : SpaException
{
    private const int MaxReason = 500;

    internal TemplateException(TemplateErrorKind kind, string reason) : this(kind, reason, "", 0) { }

    internal TemplateException(TemplateErrorKind kind, string reason, string templateName, int line, Exception? inner = null)
        : base(Describe(reason, templateName, line), inner!)
    {
        Kind = kind;
        Reason = reason;
        TemplateName = templateName;
        Line = line;
    }

    public TemplateErrorKind Kind { get; }

    /// <summary>The message without its place; word for word what <c>raise_exception</c> was given where <see cref="Kind"/> says so.</summary>
    public string Reason { get; }

    public string TemplateName { get; }

    /// <summary>Line of the template, from 1; 0 where the error has no place in it.</summary>
    public int Line { get; }

    /// <summary>The same error with its place, for errors thrown by helpers that know neither template nor line.</summary>
    internal TemplateException At(string templateName, int line) => new(Kind, Reason, templateName, line, this);

    private static string Describe(string reason, string templateName, int line)
    {
        // The reason may be the template's own, of any length and with escape sequences for terminals.
        string start = reason.Length > MaxReason ? reason[..MaxReason] + "..." : reason;
        string oneLine = string.Concat(start.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? '?' : c));
        return line > 0 ? $"template '{templateName}', line {line}: {oneLine}" : oneLine;
    }
}
